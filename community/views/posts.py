"""One post: where it is, say that it helped, accept it, report it, change it, take it back, appeal."""

from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community import scoring
from community.actions import moderate, topics, voices
from community.actions.refusals import Refused
from community.forms import AppealForm, EditPostForm, FlagForm
from community.models import Appeal, Member, Post, Removal, Topic
from community.rates import allows
from community.selectors.cursors import seal
from community.selectors.topic_page import SIZE
from community.views.frame import back_to, given, page, wanted
from community.views.topic import refused
from community.visitor import for_members, visitor_of
from engagement.village.access import public

FLAGS_AN_HOUR = 20


def readable_post(request: HttpRequest, pk: UUID) -> Post:
    """Return a post that this visitor may read. Raises Http404."""
    visitor = visitor_of(request)
    seen = Post.objects.readable_by(visitor.member, visitor.staff)
    return get_object_or_404(seen.select_related("topic__space", "topic__author", "member", "staff"), pk=pk)


def own_post(member: Member, pk: UUID) -> Post:
    """Return a post that the member wrote and did not take back. Raises Http404."""
    own = Post.objects.filter(member=member).exclude(state=Post.State.WITHDRAWN)
    return get_object_or_404(own.select_related("topic__space", "topic__author", "member", "staff"), pk=pk)


@public
@require_safe
def post(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The permalink of a post: leads to the page of its topic that has it."""
    found = readable_post(request, pk)
    topic = found.topic
    before = Post.objects.published().filter(topic=topic, kind=Post.Kind.ANSWER, pk__lt=found.pk)
    keys = list(before.exclude(pk=topic.accepted_id or topic.pk).order_by("key").values_list("pk", flat=True))
    path = topic.get_absolute_url()
    if found.kind == Post.Kind.ANSWER and found.pk != topic.accepted_id and len(keys) >= SIZE:
        last = keys[len(keys) // SIZE * SIZE - 1]
        path = f"{path}?after={seal(f'answers:{topic.pk}', [last])}"
    return redirect(f"{path}#post-{found.pk}")


@public
@require_POST
@for_members
def vote(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Say that a post helped, or take it back."""
    found = readable_post(request, pk)
    on = wanted(request)
    try:
        found.vote_count = voices.vote_post(post=found, member=member, wanted=on, now=timezone.now())
    except Refused as error:
        return refused(request, found.topic, error)
    if not request.headers.get("HX-Request"):
        return back_to(found)
    return page(request, "community/parts/post_vote.html", {"post": found, "voted": on, "is_mine": False})


@public
@require_POST
def acceptance(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Accept an answer, as its asker or as a moderator, or take that back."""
    visitor = visitor_of(request)
    found = readable_post(request, pk)
    moderator = visitor.staff if visitor.may_moderate(found.topic.space) else None
    is_asker = visitor.member is not None and found.topic.author_id == visitor.member.pk
    try:
        voices.accept(
            post=found,
            wanted=wanted(request),
            member=visitor.member,
            moderator=None if is_asker else moderator,
            now=timezone.now(),
        )
    except Refused as error:
        return refused(request, found.topic, error)
    return back_to(found)


@public
@require_http_methods(["GET", "POST"])
@for_members
def flag(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Report a post, with a reason."""
    found = readable_post(request, pk)
    form = FlagForm(given(request))
    context = {"post": found, "topic": found.topic, "form": form}
    if not form.is_valid():
        return page(request, "community/flag.html", context, status=422 if form.is_bound else 200)
    if not allows("flag", str(member.pk), at_most=FLAGS_AN_HOUR, seconds=3600):
        return page(request, "community/flag.html", context | {"too_many": True}, status=429)
    try:
        moderate.flag(post=found, member=member, now=timezone.now(), **form.cleaned_data)
    except Refused as error:
        return refused(request, found.topic, error)
    return page(request, "community/flagged.html", {"post": found, "topic": found.topic})


@public
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change what one said, as its member or as its colleague."""
    visitor = visitor_of(request)
    found = readable_post(request, pk)
    is_own = visitor.member is not None and found.member_id == visitor.member.pk
    is_ours = visitor.staff is not None and found.staff_id == visitor.staff.pk
    if not (is_own or is_ours):
        return redirect(found.topic.permalink_of(found))
    form = EditPostForm(None, post=found)
    is_opening = is_own and found.kind == Post.Kind.OPENING
    others = topics.written_by_others(found.topic).count() if is_opening else 0
    context = {"post": found, "topic": found.topic, "form": form, "others": others}
    if request.method != "POST":
        return page(request, "community/edit.html", context)
    member, now = visitor.member if is_own else None, timezone.now()
    try:
        with transaction.atomic():
            form = EditPostForm(request.POST, post=topics.lock_post(post=found, member=member, now=now))
            if form.is_valid():
                staff, source = None if is_own else visitor.staff, form.cleaned_data["text"]
                topics.edit(post=found, source=source, member=member, staff=staff, now=now)
                return back_to(found)
    except Refused as error:
        form = form if form.is_bound else EditPostForm(request.POST, post=found)
        form.add_error("text", str(error))
    return page(request, "community/edit.html", context | {"form": form}, status=422)


@public
@require_POST
@for_members
def links(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Take the links out of one's own held post; it stays in review."""
    found = own_post(member, pk)
    try:
        topics.remove_own_links(post=found, member=member, now=timezone.now())
    except Refused as error:
        return refused(request, found.topic, error)
    return back_to(found)


@public
@require_POST
@for_members
def withdrawal(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Take one's own post back. What others answered stays, with the title of the topic."""
    found = own_post(member, pk)
    try:
        topics.withdraw(post=found, member=member, now=timezone.now())
    except Refused as error:
        return refused(request, found.topic, error)
    found.topic.refresh_from_db(fields=["state"])
    if found.kind == Post.Kind.OPENING and not found.topic.is_shown:
        return redirect("community:home")
    return redirect(found.topic.get_absolute_url())


@public
@require_safe
@for_members
def why(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Why one's own post waits or was taken out of sight, rule by rule."""
    found = own_post(member, pk)
    removal = Removal.objects.filter(post=found, undone_at=None).first()
    context = {
        "post": found,
        "topic": found.topic,
        "reasons": scoring.in_words(found.reasons),
        "hold_at": scoring.HOLD_AT,
        "removal": removal,
    }
    return page(request, "community/why.html", context)


@public
@require_http_methods(["GET", "POST"])
@for_members
def appeal(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Ask that another moderator looks at a removal."""
    found = own_post(member, pk)
    removal = get_object_or_404(Removal, post=found, undone_at=None)
    form = AppealForm(given(request))
    context = {"post": found, "topic": found.topic, "removal": removal, "form": form}
    made = Appeal.objects.filter(removal=removal).first()
    if made is not None:
        return redirect("community:appeals")
    if not form.is_valid():
        return page(request, "community/appeal.html", context, status=422 if form.is_bound else 200)
    try:
        moderate.appeal(removal=removal, member=member, text=form.cleaned_data["text"], now=timezone.now())
    except Refused as error:
        return refused(request, found.topic, error)
    return redirect(f"{reverse('community:appeals')}#post-{found.pk}")


@public
@require_safe
@for_members
def appeals(request: HttpRequest, member: Member) -> HttpResponse:
    """Everything of one's own that was taken out of sight, with its reason, and what became of appeals."""
    removals = Removal.objects.filter(post__member=member).select_related("post__topic__space", "appeal")
    return page(request, "community/appeals.html", {"removals": removals.order_by("-key")[:100]})


@public
@require_safe
@for_members
def mine(request: HttpRequest, member: Member) -> HttpResponse:
    """One's own topics and posts, also those that wait or are out of sight."""
    opened = Topic.objects.filter(author=member).select_related("space", "author").defer("search")
    posts = Post.objects.filter(member=member, kind=Post.Kind.ANSWER).exclude(state=Post.State.WITHDRAWN)
    context = {
        "opened": opened.order_by("-key")[:50],
        "posts": posts.select_related("topic__space").defer("search", "source").order_by("-key")[:50],
    }
    return page(request, "community/mine.html", context)
