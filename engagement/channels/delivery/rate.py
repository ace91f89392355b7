"""A token bucket per channel, kept in the database, so that it holds over any number of workers and crashes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from engagement.channels.models import Allowance


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many messages may leave now, and when the next one after them may."""

    granted: int
    next_at: datetime


def draw(*, channel_id: UUID, per_minute: int, wanted: int, now: datetime) -> Drawn:
    """Take up to ``wanted`` tokens, so that no minute sees more than ``per_minute``.

    With a bucket of ``c`` tokens that fills by ``(n - c + 1)`` a minute, any half-open window of 60 seconds
    holds at most ``n``. The row stays locked until the caller's transaction ends. A rate of 0 lets nothing
    out.
    """
    if per_minute == 0:
        return Drawn(0, now + timedelta(minutes=1))
    capacity = max(1, per_minute // 10)
    per_second = (per_minute - capacity + 1) / 60
    with transaction.atomic():
        Allowance.objects.bulk_create(
            [Allowance(channel_id=channel_id, tokens=capacity, counted_at=now)], ignore_conflicts=True
        )
        bucket = Allowance.objects.select_for_update().get(channel_id=channel_id)
        elapsed = max(0.0, (now - bucket.counted_at).total_seconds())
        tokens = min(float(capacity), bucket.tokens + elapsed * per_second)
        granted = min(wanted, int(tokens + 1e-9))
        bucket.tokens, bucket.counted_at = tokens - granted, max(now, bucket.counted_at)
        bucket.save(update_fields=["tokens", "counted_at"])
    missing = max(0.0, 1 - bucket.tokens)
    return Drawn(granted, now + timedelta(seconds=missing / per_second))
