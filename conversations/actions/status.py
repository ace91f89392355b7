"""Where a conversation stands: open, waiting for the customer, asleep, resolved. Each is safe to repeat."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.actions.changing import changed
from conversations.actions.entries import add_event
from conversations.actions.release import release_from_leaver
from conversations.actions.second import refuse_second
from conversations.actions.snapshot import difference, state_of
from conversations.actions.waiting import restore_waiting
from conversations.models import Conversation
from engagement.village.models import User

Status = Conversation.Status


class SnoozeInThePast(ValueError):
    """A conversation can only sleep until a later time; the message is a sentence for the person."""

    def __init__(self) -> None:
        super().__init__(_("Choose a time in the future."))


@transaction.atomic
def resolve(*, conversation: Conversation, actor: User, now: datetime) -> Conversation:
    """Close the matter: nobody waits any more. A new message of the customer opens it again."""
    return _resolve(conversation, "resolved", actor, now)


@transaction.atomic
def end_for_another(*, conversation: Conversation, now: datetime) -> Conversation:
    """Close what was open with somebody whose address belongs to somebody else now, who has just written from it."""
    return _resolve(conversation, "passed_on", None, now)


def _resolve(conversation: Conversation, event: str, actor: User | None, now: datetime) -> Conversation:
    current = Conversation.objects.lock(conversation.pk)
    if current.status == Status.RESOLVED:
        return current
    before = state_of(current)
    _leave_sleep(current)
    current.status, current.resolved_at = Status.RESOLVED, now
    current.waiting_since = current.next_due_at = None
    add_event(current, event=event, actor=actor, now=now, **difference(before, current))
    fields = ["status", "snoozed_until", "resolved_at", "waiting_since", "next_due_at"]
    return changed(current, change="resolved", fields=fields, actor=actor, now=now)


@transaction.atomic
def reopen(*, conversation: Conversation, actor: User, now: datetime) -> Conversation:
    """Take a resolved, pending or sleeping conversation back among the open ones. Raises AnotherIsOpen.

    A customer whom nobody has answered waits again since they wrote, with what was promised to them.
    """
    current = Conversation.objects.select_related("queue").lock(conversation.pk)
    if current.status == Status.OPEN:
        return current
    refuse_second(current)
    before = state_of(current)
    if current.status == Status.RESOLVED:
        current.reopened_times += 1
    _leave_sleep(current)
    current.status, current.resolved_at = Status.OPEN, None
    restore_waiting(current)
    add_event(current, event="reopened", actor=actor, now=now, **difference(before, current))
    fields = ["status", "snoozed_until", "resolved_at", "reopened_times", "waiting_since", "next_due_at"]
    return changed(current, change="reopened", fields=fields, actor=actor, now=now)


@transaction.atomic
def pend(*, conversation: Conversation, actor: User, now: datetime) -> Conversation:
    """Say that it is the customer's turn. Raises AnotherIsOpen."""
    current = Conversation.objects.lock(conversation.pk)
    if current.status == Status.PENDING:
        return current
    refuse_second(current)
    before = state_of(current)
    _leave_sleep(current)
    current.status, current.resolved_at = Status.PENDING, None
    current.waiting_since = current.next_due_at = None
    add_event(current, event="pended", actor=actor, now=now, **difference(before, current))
    fields = ["status", "snoozed_until", "resolved_at", "waiting_since", "next_due_at"]
    return changed(current, change="pended", fields=fields, actor=actor, now=now)


@transaction.atomic
def snooze(*, conversation: Conversation, until: datetime, actor: User, now: datetime) -> Conversation:
    """Put a conversation to sleep until a time, or until the customer writes. Raises SnoozeInThePast,
    AnotherIsOpen.
    """
    if until <= now:
        raise SnoozeInThePast
    current = Conversation.objects.select_related("queue").lock(conversation.pk)
    if current.status == Status.SNOOZED and current.snoozed_until == until:
        return current
    refuse_second(current)
    before = state_of(current)
    if current.status == Status.RESOLVED:
        restore_waiting(current)
    current.status, current.snoozed_until, current.resolved_at = Status.SNOOZED, until, None
    add_event(current, event="snoozed", actor=actor, now=now, until=until.isoformat(), **difference(before, current))
    fields = ["status", "snoozed_until", "resolved_at", "waiting_since", "next_due_at"]
    return changed(current, change="snoozed", fields=fields, actor=actor, now=now)


@transaction.atomic
def wake(*, conversation: Conversation, now: datetime) -> Conversation:
    """Bring a conversation back whose time to sleep is over; one that sleeps on, or is awake, is left alone."""
    current = Conversation.objects.select_related("assignee").lock(conversation.pk)
    if current.status != Status.SNOOZED or current.snoozed_until is None or current.snoozed_until > now:
        return current
    _leave_sleep(current)
    current.status, current.last_activity_at = Status.OPEN, now
    add_event(current, event="woken", actor=None, now=now)
    if (left := release_from_leaver(current)) is not None:
        add_event(current, event="released", actor=None, now=now, name=str(left))
    fields = ["status", "snoozed_until", "last_activity_at", "assignee"]
    return changed(current, change="woken", fields=fields, actor=None, now=now)


def _leave_sleep(conversation: Conversation) -> None:
    conversation.snoozed_until = None
