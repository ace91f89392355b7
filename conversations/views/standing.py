"""Where a conversation stands: resolved, waiting, asleep, with whom, in which queue. POST does, DELETE takes back."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from conversations.actions import status as standing
from conversations.actions.assign import AlreadyAssigned, CannotWorkHere, assign, move
from conversations.actions.complaint import mark_complaint, unmark_complaint
from conversations.actions.split import NothingToSplit
from conversations.actions.split import split as split_off
from conversations.actions.undo_change import CannotUndo, undo_change
from conversations.actions.writing import AnotherIsOpen
from conversations.forms import AssignmentForm, QueueForm, SplitForm
from conversations.models import Queue
from conversations.views.answering import answer, refusal, with_undo
from conversations.views.context import name_of
from conversations.views.desk import conversation_of, desk_of, method_of
from conversations.views.snoozing import parsed_until
from engagement.village.access import person_of, requires

CHANGE = "conversations.change_conversation"
View = Callable[..., HttpResponse]
CHANGED = ("top", "messages")


def told(view: View) -> View:
    """Say to the person what a channel with one conversation at a time does not allow (409)."""

    @wraps(view)
    def telling(request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            return view(request, pk)
        except (AnotherIsOpen, NothingToSplit) as error:
            return refusal(request, conversation_of(request, pk), text=str(error), status=409)

    return telling


@requires(CHANGE)
@require_POST
def undo(request: HttpRequest, pk: UUID, entry: UUID) -> HttpResponse:
    """Take a change back. 409 with a sentence when a later one has overtaken it."""
    conversation = conversation_of(request, pk)
    try:
        undo_change(conversation=conversation, entry_id=entry, actor=person_of(request), now=timezone.now())
    except CannotUndo as error:
        return refusal(request, conversation, text=str(error), status=409)
    return answer(request, conversation, parts=CHANGED, toast={"text": _("Undone.")}, focus="thread-scroll")


@requires(CHANGE)
@require_http_methods(["POST", "DELETE"])
def complaint(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST marks it as a complaint, DELETE says that it is none."""
    conversation, now = conversation_of(request, pk), timezone.now()
    act = unmark_complaint if method_of(request) == "DELETE" else mark_complaint
    done = act(conversation=conversation, actor=person_of(request), now=now)
    text = _("Marked as a complaint.") if act is mark_complaint else _("No longer a complaint.")
    return answer(request, conversation, parts=CHANGED, toast=with_undo(text, done), focus="thread-scroll")


@requires(CHANGE)
@told
@require_http_methods(["POST", "DELETE"])
def closure(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST resolves, DELETE opens again."""
    conversation, now = conversation_of(request, pk), timezone.now()
    if method_of(request) == "DELETE":
        done = standing.reopen(conversation=conversation, actor=request.user, now=now)  # type: ignore[arg-type]
        toast = with_undo(_("Conversation reopened."), done)
        return answer(request, conversation, parts=CHANGED, toast=toast, focus="thread-scroll")
    done = standing.resolve(conversation=conversation, actor=request.user, now=now)  # type: ignore[arg-type]
    text = _("Resolved. Opens again if %(name)s writes.") % {"name": name_of(conversation)}
    return answer(request, conversation, parts=CHANGED, toast=with_undo(text, done), focus="thread-scroll")


@requires(CHANGE)
@told
@require_POST
def waiting(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that it is the customer's turn."""
    conversation = conversation_of(request, pk)
    done = standing.pend(conversation=conversation, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    toast = with_undo(_("Pending. Waiting on the customer."), done)
    return answer(request, conversation, parts=CHANGED, toast=toast, focus="thread-scroll")


@requires(CHANGE)
@told
@require_http_methods(["POST", "DELETE"])
def snooze(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST puts to sleep ``until`` a time, DELETE wakes."""
    conversation, now = conversation_of(request, pk), timezone.now()
    if method_of(request) == "DELETE":
        done = standing.reopen(conversation=conversation, actor=request.user, now=now)  # type: ignore[arg-type]
        toast = with_undo(_("Conversation reopened."), done)
        return answer(request, conversation, parts=CHANGED, toast=toast, focus="thread-scroll")
    until = parsed_until(request.POST.get("until", ""))
    if until is None:
        return refusal(request, conversation, text=_("That is no date and time. Choose one from the calendar."))
    try:
        done = standing.snooze(
            conversation=conversation,
            until=until,
            actor=request.user,  # type: ignore[arg-type]
            now=now,
        )
    except standing.SnoozeInThePast as error:
        return refusal(request, conversation, text=str(error))
    toast = with_undo(_("Snoozed. Comes back by itself, or when they write."), done)
    return answer(request, conversation, parts=CHANGED, toast=toast, focus="thread-scroll")


@requires(CHANGE)
@require_POST
def assignment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give the conversation to ``assignee``, or to nobody when that is empty."""
    conversation = conversation_of(request, pk)
    form = AssignmentForm(request.POST)
    if not form.is_valid():
        return refusal(request, conversation, text=_("That person does not work here any more."))
    person = form.cleaned_data["assignee"]
    try:
        seen = request.POST.get("seen_assignee")
        done = assign(
            conversation=conversation, assignee=person, actor=person_of(request), now=timezone.now(), seen=seen
        )
    except CannotWorkHere as error:
        return refusal(request, conversation, text=str(error))
    except AlreadyAssigned as error:
        return refusal(request, conversation, text=str(error), status=409)
    text = _("Assigned to %(name)s.") % {"name": person} if person else _("Unassigned.")
    return answer(request, conversation, parts=CHANGED, toast=with_undo(text, done), focus="thread-scroll")


@requires(CHANGE)
@require_POST
def queue(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Move the conversation to another queue; whoever may not see it there goes back to the list."""
    conversation = conversation_of(request, pk)
    form = QueueForm(request.POST)
    if not form.is_valid():
        return refusal(request, conversation, text=_("That queue is not there any more."))
    place = form.cleaned_data["queue"]
    done = move(conversation=conversation, queue=place, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    if Queue.objects.worked_by(request.user).filter(pk=place.pk).exists():  # type: ignore[arg-type]
        toast = with_undo(_("Moved to %(queue)s.") % {"queue": place}, done)
        return answer(request, conversation, parts=CHANGED, toast=toast, focus="thread-scroll")
    return _gone_from_here(request)


def _gone_from_here(request: HttpRequest) -> HttpResponse:
    url = desk_of(request).list_url
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(url)
    return HttpResponse(headers={"HX-Redirect": url})


@requires(CHANGE)
@told
@require_POST
def split(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make everything from one entry on a conversation of its own, and open that."""
    conversation = conversation_of(request, pk)
    form = SplitForm(request.POST)
    if not form.is_valid():
        return refusal(request, conversation, text=_("It cannot be split there."))
    made = split_off(
        conversation=conversation,
        from_seq=form.cleaned_data["from_seq"],
        title=form.cleaned_data["title"],
        actor=request.user,  # type: ignore[arg-type]
        now=timezone.now(),
    )
    url = desk_of(request).thread_url(made.pk)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)
