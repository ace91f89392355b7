"""``publish``: the only way an event comes to be."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import connection, transaction
from django.utils import timezone

from engagement.events.catalogue import Event
from engagement.events.models import OutboxEvent
from engagement.events.wake import wake_relay


class NoTransaction(RuntimeError):
    """An event was published outside a transaction: it could be lost, or tell of what never happened."""


def publish(event: Event, *, now: datetime | None = None) -> OutboxEvent:
    """Write ``event`` in the transaction that is open; the relay is woken after it commits.

    Raises NoTransaction outside ``transaction.atomic``.
    """
    (row,) = publish_all([event], now=now)
    return row


def publish_all(events: Sequence[Event], *, now: datetime | None = None) -> list[OutboxEvent]:
    """Write many events at once, in their order; otherwise like ``publish``."""
    if not connection.in_atomic_block:
        names = ", ".join(sorted({event.name for event in events}))
        raise NoTransaction(f"publish {names} inside the transaction that made it true")
    at = now or timezone.now()
    rows = [
        OutboxEvent(
            name=event.name,
            subject=event.subject,
            payload=msgspec.json.encode(event),
            occurred_at=at,
            next_attempt_at=at,
        )
        for event in events
    ]
    OutboxEvent.objects.bulk_create(rows)
    transaction.on_commit(wake_relay)
    return rows
