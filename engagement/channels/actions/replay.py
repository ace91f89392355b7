"""What a person may do with a raw event that could not be read: have it read again, or settle it by hand."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from engagement.channels.inbound.waking import wake_reading
from engagement.channels.models import RawEvent
from engagement.realtime.topics import poke
from engagement.village.audit import record
from engagement.village.models import User

Status = RawEvent.Status


class NotReplayable(ValueError):
    """It was read, or recognised, already: reading it again would show it twice."""


def replay(*, raw_event: RawEvent, actor: User, now: datetime) -> RawEvent:
    """Have a failed or settled raw event read again, with all its attempts. One that waits already stays as it is.

    Raises NotReplayable.
    """
    with transaction.atomic():
        row = RawEvent.objects.select_for_update(of=("self",)).get(key=raw_event.key)
        if row.status == Status.RECEIVED:
            return row
        if row.status not in (Status.FAILED, Status.SETTLED):
            raise NotReplayable(row.status)
        detail = {"reason": row.error}
        row.status, row.attempts, row.next_attempt_at, row.error = Status.RECEIVED, 0, None, ""
        row.settled_by, row.settled_at = None, None
        row.save(update_fields=["status", "attempts", "next_attempt_at", "error", "settled_by", "settled_at"])
        record(actor=actor, action="inbound.replayed", subject=row, now=now, detail=detail)
        poke("attention:all")
        transaction.on_commit(wake_reading)
    return row


def settle_many(*, keys: Sequence[UUID], actor: User, now: datetime) -> int:
    """Take several failed raw events off the list, all of them at ``now``; return how many stood there."""
    with transaction.atomic():
        rows = RawEvent.objects.defer("body").select_for_update(of=("self",))
        settled = list(rows.filter(key__in=keys, status=Status.FAILED).order_by("key"))
        RawEvent.objects.filter(key__in=[row.key for row in settled]).update(
            status=Status.SETTLED, settled_by=actor, settled_at=now
        )
        for row in settled:
            record(actor=actor, action="inbound.settled", subject=row, now=now, detail={"reason": row.error})
        if settled:
            poke("attention:all")
    return len(settled)


def undo_settle(*, actor: User, settled_at: datetime, now: datetime) -> int:
    """Put back onto the list what a person settled in one act, at ``settled_at``; return how many."""
    with transaction.atomic():
        rows = RawEvent.objects.defer("body").select_for_update(of=("self",))
        opened = list(rows.filter(status=Status.SETTLED, settled_by=actor, settled_at=settled_at).order_by("key"))
        RawEvent.objects.filter(key__in=[row.key for row in opened]).update(
            status=Status.FAILED, settled_by=None, settled_at=None
        )
        for row in opened:
            record(actor=actor, action="inbound.reopened", subject=row, now=now, detail={"reason": row.error})
        if opened:
            poke("attention:all")
    return len(opened)


def settle(*, raw_event: RawEvent, actor: User, now: datetime) -> RawEvent:
    """Take a failed raw event off the list of what needs attention; it is kept. Safe to repeat.

    Raises NotReplayable for one that did not fail.
    """
    with transaction.atomic():
        row = RawEvent.objects.select_for_update(of=("self",)).get(key=raw_event.key)
        if row.status == Status.SETTLED:
            return row
        if row.status != Status.FAILED:
            raise NotReplayable(row.status)
        row.status, row.settled_by, row.settled_at = Status.SETTLED, actor, now
        row.save(update_fields=["status", "settled_by", "settled_at"])
        record(actor=actor, action="inbound.settled", subject=row, now=now, detail={"reason": row.error})
        poke("attention:all")
    return row
