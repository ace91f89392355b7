"""One topic: read it, answer in it, say that one has it too, watch it, talk to a person about it."""

import hashlib
from uuid import UUID

from django.core.cache import cache
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.actions import topics, voices
from community.actions.escalate import escalate
from community.actions.refusals import NotYours, Refused
from community.forms import IdeaForm, TextForm
from community.models import Escalation, Member, Post, Topic
from community.rates import allows
from community.selectors import topic_page
from community.selectors.cursors import BadCursor
from community.selectors.search import similar
from community.views.frame import back_to, page, wanted
from community.visitor import Visitor, for_members, visitor_of
from engagement.keys import new_key
from engagement.village.access import public

SIMILAR = 3
POSTS_A_MINUTE = 6


def readable_topic(request: HttpRequest, pk: UUID) -> Topic:
    """Return a topic that this visitor may open. Raises Http404."""
    visitor = visitor_of(request)
    topics_seen = Topic.objects.readable_by(visitor.member, visitor.staff).select_related("space", "author")
    return get_object_or_404(topics_seen.defer("search"), pk=pk)


@public
@require_safe
def topic(request: HttpRequest, space: str, slug: str) -> HttpResponse:
    """The topic with its posts."""
    visitor = visitor_of(request)
    seen = Topic.objects.readable_by(visitor.member, visitor.staff)
    seen = seen.select_related("space__moderator", "space__deputy", "author").defer("search")
    found = get_object_or_404(seen, space__slug=space, slug=slug)
    _count_reader(request, found)
    return draw(request, visitor, found, TextForm(initial=_fresh(request)))


def _fresh(request: HttpRequest) -> dict[str, object]:
    """What an empty answer begins with: a key of its own, and whom it answers."""
    to = request.GET.get("to", "")
    known = Member.objects.filter(handle=to).exists() if to else False
    return {"client_key": new_key(), "text": f"@{to} " if known else ""}


def draw(
    request: HttpRequest,
    visitor: Visitor,
    found: Topic,
    form: TextForm,
    *,
    status: int = 200,
    idea_form: IdeaForm | None = None,
) -> HttpResponse:
    """Draw the topic with an answer form. Raises Http404."""
    after = request.GET.get("after", "")
    try:
        read = topic_page.read(topic=found, visitor=visitor, cursor=after)
    except (BadCursor, Post.DoesNotExist) as error:
        raise Http404 from error
    context = {
        "read": read,
        "topic": found,
        "form": form,
        "similar": similar(words=found.title, visitor=visitor, but=found.pk, most=SIMILAR),
        "carers": topic_page.carers(found.space),
        "moderates": visitor.may_moderate(found.space),
        "is_asker": visitor.member is not None and found.author_id == visitor.member.pk,
        "idea_form": idea_form or IdeaForm(topic=found),
        "escalated": Escalation.objects.filter(topic=found, member=visitor.member).exists()
        if visitor.member
        else False,
    }
    path = found.get_absolute_url() if found.is_shown and not after else ""
    return page(request, "community/topic.html", context, status=status, path=path, section=found.kind)


def _count_reader(request: HttpRequest, found: Topic) -> None:
    """Count a browser that reads it, once a day."""
    reader = f"{request.META.get('REMOTE_ADDR', '')} {request.headers.get('User-Agent', '')}"
    digest = hashlib.sha256(reader.encode()).hexdigest()[:24]
    if cache.add(f"community:read:{found.pk}:{digest}", 1, timeout=24 * 3600):
        Topic.objects.filter(pk=found.pk).update(read_count=F("read_count") + 1)
        found.read_count += 1


@public
@require_POST
@for_members
def answers(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Answer. 422 with the form for what cannot be one; 429 for too many in a minute."""
    found = readable_topic(request, pk)
    form = TextForm(request.POST)
    visitor = visitor_of(request)
    if not form.is_valid():
        return draw(request, visitor, found, form, status=422)
    if not allows("post", str(member.pk), at_most=POSTS_A_MINUTE, seconds=60):
        form.add_error("text", too_fast())
        return draw(request, visitor, found, form, status=429)
    try:
        made = topics.answer(
            topic=found,
            member=member,
            source=form.cleaned_data["text"],
            client_key=form.cleaned_data["client_key"],
            now=timezone.now(),
        )
    except Refused as error:
        form.add_error("text", str(error))
        return draw(request, visitor, found, form, status=422)
    return redirect(_place(made))


def too_fast() -> str:
    """The sentence for whoever writes too much at once."""
    return _("That was a lot at once. Wait a minute, then send it again.")


def _place(post: Post) -> str:
    """Where a new post is found: on the last page of its topic."""
    return reverse("community:post", args=[post.pk])


@public
@require_POST
@for_members
def vote(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Say that one has it too, or wants it."""
    found = readable_topic(request, pk)
    on = wanted(request)
    try:
        found.vote_count = voices.vote_topic(topic=found, member=member, wanted=on, now=timezone.now())
    except Refused:
        return _after(request, found)
    if not request.headers.get("HX-Request"):
        return _after(request, found)
    return page(request, "community/parts/topic_vote.html", {"topic": found, "voted": on})


@public
@require_POST
@for_members
def watch(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Be told of new answers, or no longer."""
    found = readable_topic(request, pk)
    watching = voices.watch(topic=found, member=member, wanted=wanted(request), now=timezone.now())
    if not request.headers.get("HX-Request"):
        return _after(request, found)
    return page(request, "community/parts/topic_watch.html", {"topic": found, "watching": watching})


def _after(request: HttpRequest, found: Topic) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return redirect(found.get_absolute_url())


@public
@require_POST
@for_members
def removal_request(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Ask a moderator to remove a topic of one's own, with what others wrote in it."""
    found = readable_topic(request, pk)
    try:
        topics.ask_to_remove_topic(topic=found, member=member, now=timezone.now())
    except Refused as error:
        return refused(request, found, error)
    return page(request, "community/removal_asked.html", {"topic": found})


@public
@require_POST
@for_members
def person(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Take one's own topic, or one's newest answer in it, into a conversation with the house."""
    found = readable_topic(request, pk)
    own = Post.objects.filter(topic=found, member=member, state__in=[Post.State.PUBLISHED, Post.State.HELD])
    post = own.select_related("member").order_by("-key").first()
    if post is None:
        return refused(request, found, NotYours())
    escalate(post=post, cause=Escalation.Cause.MEMBER, actor=None, now=timezone.now())
    return back_to(post)


def refused(request: HttpRequest, found: Topic, error: Refused) -> HttpResponse:
    """Say what was refused, and lead back."""
    context = {"text": str(error), "back": found.get_absolute_url()}
    return page(request, "community/refused.html", context, status=409)
