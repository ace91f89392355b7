"""``publish``: the only way an event comes to be."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import connection, transaction
from django.utils import timezone

from engagement.events.catalogue import Event
from engagement.events.models import OutboxEvent
from engagement.events.wake import wake_relay
from engagement.statements import run

_INSERT = """
INSERT INTO events_outboxevent
    (key, name, subject, payload, occurred_at, next_attempt_at, status, attempts, last_error)
SELECT key, name, subject, payload, %(at)s, %(at)s, 'pending', 0, ''
FROM unnest(%(keys)s::uuid[], %(names)s::text[], %(subjects)s::text[], %(payloads)s::bytea[])
    WITH ORDINALITY AS given (key, name, subject, payload, place)
ORDER BY place
"""


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
    run(
        _INSERT,
        {
            "keys": [row.key for row in rows],
            "names": [row.name for row in rows],
            "subjects": [row.subject for row in rows],
            "payloads": [row.payload for row in rows],
            "at": at,
        },
    )
    transaction.on_commit(wake_relay)
    return rows
