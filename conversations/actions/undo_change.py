"""Take a change of a conversation back: what it had changed is restored, unless somebody changed it again since."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.actions.assign import may_work
from conversations.actions.changing import changed
from conversations.actions.entries import add_event
from conversations.actions.labels import undo_label
from conversations.actions.second import has_another
from conversations.actions.snapshot import TIMES
from conversations.actions.waiting import restore_waiting
from conversations.models import Conversation, Message, Queue
from engagement.village.models import User

# What belongs together is restored together or not at all. The waiting is apart: it is merged, see _restore_waiting.
_GROUPS = (
    ("status", "snoozed_until", "resolved_at", "reopened_times"),
    ("queue_id",),
    ("assignee_id",),
    ("complaint_since",),
)
_WAITING = ("waiting_since", "next_due_at")
_FIELD = {"queue_id": "queue", "assignee_id": "assignee"}


class CannotUndo(ValueError):
    """The change is none that can be taken back, or it was overtaken; the message is a sentence for the person."""

    def __init__(self) -> None:
        super().__init__(_("This has changed since. Nothing was undone: look at how it stands now."))


@transaction.atomic
def undo_change(*, conversation: Conversation, entry_id: UUID, actor: User, now: datetime) -> Conversation:
    """Restore what the event ``entry_id`` of a conversation had changed: status, snooze, assignee, queue, complaint, a
    label, and what was promised to the customer.

    A message that came in meanwhile keeps what it set off: the conversation stays open, and the customer waits since
    the earlier of both times. A second call changes nothing. Raises CannotUndo when a later change has overtaken it.
    """
    current = Conversation.objects.select_related("queue").lock(conversation.pk)
    entry = Message.objects.filter(conversation=current, pk=entry_id, kind=Message.Kind.EVENT).first()
    change = entry.detail.get("undo") if entry else None
    if entry is None or not change:
        raise CannotUndo
    if change.get("undone"):
        return current
    if "label" in change:
        return _undo_label(current, entry, change, actor, now)
    before, after = _values(change["before"]), _values(change["after"])
    later = Message.objects.filter(conversation=current, seq__gt=entry.seq)
    overtaken = _changed_fields(later.filter(kind=Message.Kind.EVENT).values_list("detail", flat=True))
    restored = [
        name
        for group in _GROUPS
        if (names := [name for name in group if name in before]) and _stands(current, after, names, overtaken)
        for name in names
    ]
    if "status" in restored and before["status"] != Conversation.Status.RESOLVED and has_another(current):
        raise CannotUndo
    if not restored and not _is_reopened_by_customer(current, after, overtaken):
        raise CannotUndo
    origin = current.queue
    for name in restored:
        setattr(current, name, before[name])
    _keep_allowed_assignee(current, restored)
    _restore_waiting(current, before, after, is_answered=later.filter(kind=Message.Kind.REPLY).exists())
    entry.detail["undo"]["undone"] = True
    entry.save(update_fields=["detail"])
    add_event(current, event="undone", actor=actor, now=now, of=entry.detail["event"])
    people = {before.get("assignee_id"), after.get("assignee_id")} - {None}
    topics = {f"queue:{origin.pk}", *(f"user:{key}" for key in people)}
    fields = {*(_FIELD.get(name, name) for name in restored), *_WAITING, "assignee"}
    return changed(
        current,
        change="undone",
        fields=sorted(fields),
        actor=actor,
        now=now,
        topics=tuple(sorted(topics)),
        undone_at=entry.created_at if entry.detail["event"] == "resolved" else None,
    )


def _undo_label(
    current: Conversation, entry: Message, change: Mapping[str, Any], actor: User, now: datetime
) -> Conversation:
    if not undo_label(
        conversation=current, label_id=UUID(change["label"]), is_set=change["is_set"], actor=actor, now=now
    ):
        raise CannotUndo
    entry.detail["undo"]["undone"] = True
    entry.save(update_fields=["detail"])
    add_event(current, event="undone", actor=actor, now=now, of=entry.detail["event"], to=entry.detail["to"])
    return changed(current, change="undone", fields=[], actor=actor, now=now)


def _values(stored: Mapping[str, str | None]) -> dict[str, Any]:
    """The stored values of fields as what they are."""
    return {
        name: datetime.fromisoformat(value)
        if name in TIMES and value
        else UUID(value)
        if name in _FIELD and value
        else value
        for name, value in stored.items()
    }


def _changed_fields(details: Any) -> set[str]:
    return {name for detail in details for name in (detail.get("undo") or {}).get("after", {})}


def _stands(current: Conversation, after: Mapping[str, Any], names: list[str], overtaken: set[str]) -> bool:
    """Whether fields are still as the change left them."""
    return not overtaken & set(names) and all(getattr(current, name) == after[name] for name in names)


def _is_reopened_by_customer(current: Conversation, after: Mapping[str, Any], overtaken: set[str]) -> bool:
    """The customer wrote after it was resolved, or said to wait for them: it is open, its promise is to be restored."""
    return "status" in after and "status" not in overtaken and current.status == Conversation.Status.OPEN


def _keep_allowed_assignee(current: Conversation, restored: list[str]) -> None:
    """Who has left, or may not work in the queue any more, does not get it back."""
    if "queue_id" in restored:
        current.queue = Queue.objects.get(pk=current.queue_id)
    if current.assignee_id is None or not {"queue_id", "assignee_id"} & set(restored):
        return
    person = User.objects.filter(pk=current.assignee_id).first()
    if person is None or not may_work(person, current.queue_id):
        current.assignee = None


def _restore_waiting(
    current: Conversation, before: Mapping[str, Any], after: Mapping[str, Any], *, is_answered: bool
) -> None:
    """What was promised before; the earlier of both where the customer wrote since; after an answer, what is open."""
    if current.is_resolved:
        current.waiting_since = current.next_due_at = None
        return
    if is_answered:
        restore_waiting(current)
        return
    for name in _WAITING:
        if name in before:
            now, both = getattr(current, name), [before[name], getattr(current, name)]
            is_unchanged = now == after[name]
            setattr(current, name, before[name] if is_unchanged else min(at for at in both if at is not None))
