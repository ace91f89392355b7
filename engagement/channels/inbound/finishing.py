"""What became of a raw event, written down once."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from engagement.channels.models import RawEvent
from engagement.events.catalogue import InboundFailed
from engagement.events.outbox import publish
from engagement.realtime.topics import poke


def finish(
    raw: RawEvent, status: RawEvent.Status, kind: str, *, error: str = "", facts: dict[str, Any] | None = None
) -> bool:
    """Say what became of it; False when another worker was faster. First statement of each transaction: it locks."""
    waiting = RawEvent.objects.filter(key=raw.key, status=RawEvent.Status.RECEIVED)
    return bool(
        waiting.update(
            status=status, kind=kind[:40], error=error, facts=facts or {}, next_attempt_at=None, read_at=Now()
        )
    )


def fail(*, raw: RawEvent, reason: str, now: datetime, kind: str = "", facts: dict[str, Any] | None = None) -> None:
    """Keep what could not be read for a person to see, with the reason as an English sentence."""
    with transaction.atomic():
        if not finish(raw, RawEvent.Status.FAILED, kind, error=reason.replace("\x00", "")[:4000], facts=facts):
            return
        publish(InboundFailed(raw_event_id=raw.key, channel_id=raw.channel_id, reason=reason, at=now), now=now)
        poke("attention:all")
