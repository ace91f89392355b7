"""Store what a provider delivers, before anything is acknowledged."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection
from psycopg.types.json import Jsonb

from engagement.channels.models import Channel, RawEvent
from engagement.keys import new_key

# One statement: the keys that are new decide which bodies are stored. Sorted by key, so that two batches with the
# same deliveries wait for each other instead of deadlocking.
_STORE = """
WITH given AS (
    SELECT * FROM unnest(%b::uuid[], %b::uuid[], %b::text[], %b::jsonb[], %b::bytea[])
        AS given (raw_key, channel_id, provider_key, envelope, body)
), fresh AS (
    INSERT INTO engagement_channels_raweventkey AS known (channel_id, provider_key, raw_event_key, deliveries)
    SELECT channel_id, provider_key, (array_agg(raw_key ORDER BY raw_key))[1], count(*)
    FROM given GROUP BY channel_id, provider_key ORDER BY channel_id, provider_key
    ON CONFLICT (channel_id, provider_key) DO UPDATE SET deliveries = known.deliveries + excluded.deliveries
    RETURNING raw_event_key
)
INSERT INTO engagement_channels_rawevent
    (key, channel_id, received_at, envelope, body, status, kind, attempts, error)
SELECT raw_key, channel_id, %b::timestamptz, envelope, body, 'received', '', 0, ''
FROM given JOIN fresh ON fresh.raw_event_key = given.raw_key
RETURNING key
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One item of a provider, for one channel. ``provider_key`` is the same at each delivery of the same item."""

    channel_id: UUID
    provider_key: str
    envelope: dict[str, Any]
    body: bytes = field(repr=False)


def receive(
    *, channel: Channel, body: bytes, provider_key: str, envelope: dict[str, Any], now: datetime
) -> RawEvent | None:
    """Store one delivery and return it; None when it was delivered before. Acknowledge after the commit only."""
    stored = receive_all(deliveries=[Delivery(channel.pk, provider_key, envelope, body)], now=now)
    return RawEvent.objects.get(pk=stored[0]) if stored[0] else None


def receive_all(*, deliveries: Sequence[Delivery], now: datetime) -> list[UUID | None]:
    """Store many deliveries in one statement: all or nothing.

    Returns, in the given order, the key of each new RawEvent, or None for what was delivered before.
    Outside a transaction the statement commits by itself. Raises django.db.DatabaseError.
    """
    keys = [new_key() for _ in deliveries]
    values = (
        keys,
        [delivery.channel_id for delivery in deliveries],
        [delivery.provider_key for delivery in deliveries],
        [Jsonb(delivery.envelope) for delivery in deliveries],
        [delivery.body for delivery in deliveries],
        now,
    )
    connection.ensure_connection()
    # The driver's own cursor: bodies travel in binary, where Django's would write them as text of twice the size.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        fresh = {row[0] for row in cursor.execute(_STORE, values)}
    return [key if key in fresh else None for key in keys]
