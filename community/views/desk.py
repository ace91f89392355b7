"""The moderators' review queue: the worst first, one decision each, and whoever comes second is told."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community import markdown, scoring
from community.actions import membership, moderate, topics, voices
from community.actions.escalate import escalate
from community.actions.refusals import AlreadyDecided, Refused, TextChanged
from community.forms import SILENCES, IdeaForm, RemovalForm, SilenceForm, TextForm, VerdictForm
from community.models import Escalation, Post, Review, Space, Topic
from community.selectors import review_queue
from community.selectors.cursors import BadCursor
from community.views.frame import wanted
from community.views.topic import draw, refused
from community.visitor import visitor_of
from engagement.keys import new_key
from engagement.ui.stale_forms import rows_to_edit
from engagement.village.access import person_of, requires
from engagement.village.models import User

MODERATE = "community.moderate_community"
PAGE = "community/desk/queue.html"


@requires(MODERATE)
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits, and the first of it."""
    return _draw(request)


@requires(MODERATE)
@require_safe
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One review with its context; a decided one says what became of it."""
    return _draw(request, pk)


def _draw(request: HttpRequest, pk: UUID | None = None, *, status: int = 200, **more: Any) -> HttpResponse:
    user = person_of(request)
    try:
        queue = review_queue.queue(user=user, cursor=request.GET.get("after", ""))
        chosen = pk or (queue.reviews[0].pk if queue.reviews else None)
        case = review_queue.case(user=user, pk=chosen) if chosen else None
    except (BadCursor, Review.DoesNotExist) as error:
        raise Http404 from error
    context = {
        "queue": queue,
        "case": case,
        "is_chosen": pk is not None,
        "reasons": scoring.in_words(case.review.reasons) if case else [],
        "flags": [(flag, case.counted.get(flag.pk)) for flag in case.flags] if case else [],
        "can_be_hidden": bool(case and moderate.can_be_hidden_by_reports(case.post)),
        "name_flag": _("Name refused"),
        "seen": case.post.content_version if case else "",
        "has_links": bool(case and markdown.hosts_in(case.post.source)),
        "is_own": bool(case and case.review.written_by_id == user.pk),
        "is_own_removal": bool(case and case.appeal and case.appeal.removed_by_id == user.pk),
        "removal_form": more.pop("removal_form", None) or RemovalForm(),
        "silence_form": more.pop("silence_form", None) or SilenceForm(),
        "verdict_form": more.pop("verdict_form", None) or VerdictForm(),
        "done": done_in_words(request.GET.get("done", "")),
        "now": timezone.now(),
        **more,
    }
    return render(request, PAGE, context, status=status)


def _review_of(user: User, pk: UUID) -> Review:
    return get_object_or_404(Review.objects.visible_to(user).select_related("post__member"), pk=pk)


def _decide(request: HttpRequest, pk: UUID, decide: Callable[..., object], *, done: str) -> HttpResponse:
    """Carry a decision out and go to the next one.

    409 when a colleague was faster, when it is one's own, or when the text is not the one that was read any more: the
    page then shows the new one, and keeps what was typed.
    """
    user = person_of(request)
    _review_of(user, pk)
    try:
        decide(review_id=pk, seen=request.POST.get("seen", ""), actor=user, now=timezone.now())
    except Refused as error:
        return _refuse(request, pk, error)
    return redirect(f"{reverse('community:desk')}?done={done}")


def _refuse(request: HttpRequest, pk: UUID, error: Refused) -> HttpResponse:
    tone = "ochre" if isinstance(error, AlreadyDecided | TextChanged) else "tile"
    given = request.POST.dict()
    typed: dict[str, Any] = {}
    if "days" in given:
        typed["silence_form"] = SilenceForm(initial=given)
    elif "verdict" in given:
        typed["verdict_form"] = VerdictForm(initial=given)
    elif "reason" in given:
        typed["removal_form"] = RemovalForm(initial=given)
    changed = isinstance(error, TextChanged)
    return _draw(request, pk, status=409, refusal=str(error), tone=tone, was_changed=changed, **typed)


@requires(MODERATE)
@require_POST
def approval(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let a post stand."""
    return _decide(request, pk, moderate.approve, done="approved")


@requires(MODERATE)
@require_POST
def link_removal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take its links out and let the rest stand."""
    return _decide(request, pk, moderate.remove_links, done="links")


@requires(MODERATE)
@require_POST
def removal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a post out of sight, with a reason. 422 without one."""
    form = RemovalForm(request.POST)
    _review_of(person_of(request), pk)
    if not form.is_valid():
        return _draw(request, pk, status=422, removal_form=form)
    return _decide(request, pk, lambda **known: moderate.hide(**known, **form.cleaned_data), done="hidden")


@requires(MODERATE)
@require_POST
def appeal_decision(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Decide an appeal, with an answer. 422 without one."""
    form = VerdictForm(request.POST)
    _review_of(person_of(request), pk)
    if not form.is_valid():
        return _draw(request, pk, status=422, verdict_form=form)
    upheld, text = form.cleaned_data["verdict"] == "uphold", form.cleaned_data["text"]
    return _decide(
        request, pk, lambda **known: moderate.decide_appeal(**known, upheld=upheld, text=text), done="appeal"
    )


@requires(MODERATE)
@require_POST
def silence(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let the author of a post under review write nothing for a while, or write again."""
    user = person_of(request)
    found = _review_of(user, pk)
    member = found.post.member
    if member is None:
        raise Http404
    now = timezone.now()
    if request.POST.get("wanted") == "no":
        membership.let_speak(member=member, actor=user, now=now)
        return redirect("community:review", pk)
    form = SilenceForm(request.POST)
    if not form.is_valid():
        return _draw(request, pk, status=422, silence_form=form)
    until = now + SILENCES[form.cleaned_data["days"]]
    try:
        moderate.mute_author(
            review_id=pk,
            seen=request.POST.get("seen", ""),
            actor=user,
            until=until,
            reason=form.cleaned_data["reason"],
            now=now,
        )
    except Refused as error:
        return _refuse(request, pk, error)
    return redirect("community:review", pk)


def _moderated_post(user: User, pk: UUID) -> Post:
    found = Post.objects.filter(topic__space__in=Space.objects.moderated_by(user))
    return get_object_or_404(found.select_related("topic__space", "member", "staff"), pk=pk)


def _moderated_topic(user: User, pk: UUID) -> Topic:
    found = Topic.objects.filter(space__in=Space.objects.moderated_by(user))
    return get_object_or_404(found.select_related("space"), pk=pk)


@requires(MODERATE)
@require_POST
def pick(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a published post into the queue and open it there."""
    user = person_of(request)
    found = _moderated_post(user, pk)
    waiting = Review.objects.filter(post=found, decided_at=None).first()
    if waiting is None and not found.is_published:
        raise Http404
    made = waiting or moderate.pick(post=found, actor=user, now=timezone.now())
    return redirect("community:review", made.pk)


@requires(MODERATE)
@require_POST
def escalation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a conversation of a member's post."""
    user = person_of(request)
    found = _moderated_post(user, pk)
    review = Review.objects.filter(post=found, decided_at=None).first()
    seen = request.POST.get("seen", "")
    try:
        escalate(post=found, cause=Escalation.Cause.MODERATOR, actor=user, seen=seen, now=timezone.now())
    except Refused as error:
        if isinstance(error, TextChanged) and review is not None:
            return _refuse(request, review.pk, error)
        return refused(request, found.topic, error)
    if "desk" in request.headers.get("Referer", "") and review is not None:
        return redirect("community:review", review.pk)
    return redirect(found.topic.permalink_of(found))


@requires(MODERATE)
@require_POST
def closure(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a topic to new answers, or open it again."""
    user = person_of(request)
    found = _moderated_topic(user, pk)
    topics.set_closed(topic=found, closed=wanted(request), actor=user, now=timezone.now())
    return redirect(found.get_absolute_url())


@requires(MODERATE)
@require_POST
def idea(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say where an idea stands; those who voted are told. 422 for no status, and over what somebody else said."""
    user = person_of(request)
    seen = Topic.objects.filter(space__in=Space.objects.moderated_by(user)).defer("search")
    with rows_to_edit(request, seen.select_related("space__moderator", "space__deputy", "author")) as rows:
        return _idea(request, user, get_object_or_404(rows, pk=pk))


def _idea(request: HttpRequest, user: User, found: Topic) -> HttpResponse:
    form = IdeaForm(request.POST, topic=found)
    if not form.is_valid():
        answer = TextForm(initial={"client_key": new_key()})
        return draw(request, visitor_of(request), found, answer, status=422, idea_form=form)
    try:
        voices.change_idea(topic=found, actor=user, now=timezone.now(), **form.cleaned_data)
    except Refused as error:
        return refused(request, found, error)
    return redirect(found.get_absolute_url())


def done_in_words(done: str) -> str:
    """What the last decision was, for the banner above the queue."""
    return {
        "approved": _("It stands. Here is the next one."),
        "links": _("The links are out, the rest stands. Here is the next one."),
        "hidden": _("Out of sight. Its author can read why, and appeal."),
        "appeal": _("Decided. The author gets your answer."),
    }.get(done, "")
