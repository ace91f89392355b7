"""What a person may do with events: replay a dead one, throw away old finished ones."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from engagement.events.models import OutboxEvent
from engagement.events.wake import wake_relay


def replay(*, key: UUID, now: datetime) -> OutboxEvent:
    """Give a dead event another full round of attempts. Safe to repeat; an event that is not dead is left alone.

    Raises OutboxEvent.DoesNotExist.
    """
    with transaction.atomic():
        event = OutboxEvent.objects.select_for_update().get(key=key)
        if event.status == OutboxEvent.Status.DEAD:
            event.status, event.attempts, event.next_attempt_at = OutboxEvent.Status.PENDING, 0, now
            event.save(update_fields=["status", "attempts", "next_attempt_at"])
            transaction.on_commit(wake_relay)
    return event


def prune(*, now: datetime, keep: timedelta = timedelta(days=7), limit: int = 10_000) -> int:
    """Delete up to ``limit`` events that were done before ``now - keep``; return how many rows went."""
    old = OutboxEvent.objects.filter(status=OutboxEvent.Status.DONE, done_at__lt=now - keep).order_by("done_at")
    keys = list(old.values_list("key", flat=True)[:limit])
    deleted, _ = OutboxEvent.objects.filter(key__in=keys).delete()
    return deleted
