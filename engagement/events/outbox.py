"""``publish``: the only way an event comes to be."""

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
    if not connection.in_atomic_block:
        raise NoTransaction(f"publish {event.name} inside the transaction that made it true")
    at = now or timezone.now()
    row = OutboxEvent.objects.create(
        name=event.name,
        subject=event.subject,
        payload=msgspec.json.encode(event),
        occurred_at=at,
        next_attempt_at=at,
    )
    transaction.on_commit(wake_relay)
    return row
