"""Takes events from the outbox to their subscribers: at least once, in order per subject, any number of relays."""

import random
from datetime import datetime, timedelta

import msgspec
import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from engagement.events.catalogue import CATALOGUE
from engagement.events.models import OutboxEvent
from engagement.events.subscriptions import SUBSCRIBERS, Subscriber
from engagement.statements import run

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 8
_BATCH = 50
_RECEIPT = """
INSERT INTO events_eventreceipt (event_id, subscriber, handled_at) VALUES (%(event)s, %(subscriber)s, %(now)s)
ON CONFLICT DO NOTHING RETURNING id
"""
# Foreign keys are checked at the commit; a subscriber that broke one must fail alone, and not its whole batch.
_CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"


def run_pending(*, now: datetime | None = None, limit: int = 500) -> int:
    """Deliver up to ``limit`` events that are due; return how many were settled (done, retried later or dead).

    Events are claimed and committed in batches. Each subscriber runs in a savepoint, so that one which fails takes
    nothing of the others' with it.
    """
    settled = 0
    while settled < limit:
        count = _deliver_batch(now or timezone.now(), min(_BATCH, limit - settled))
        settled += count
        if not count:
            break
    return settled


def _deliver_batch(now: datetime, size: int) -> int:
    with transaction.atomic():
        events = _claim(now, size)
        done = [event.pk for event in events if _deliver(event, now)]
        if done:
            OutboxEvent.objects.filter(pk__in=done).update(status=OutboxEvent.Status.DONE, done_at=now, last_error="")
    return len(events)


def _deliver(event: OutboxEvent, now: datetime) -> bool:
    """Tell all subscribers; False when one failed and the event was put off."""
    try:
        for subscriber in SUBSCRIBERS.get(event.name, ()):
            _tell(subscriber, event, now)
    except Exception as error:  # noqa: BLE001 - whatever a subscriber raises is recorded and retried
        _put_off(event, error, now)
        return False
    return True


def _claim(now: datetime, size: int) -> list[OutboxEvent]:
    """Lock the oldest events that are due: of each subject the first one only."""
    pending = OutboxEvent.objects.filter(status=OutboxEvent.Status.PENDING)
    earlier = pending.filter(subject=OuterRef("subject"), position__lt=OuterRef("position"))
    return list(
        pending.filter(~Exists(earlier), next_attempt_at__lte=now)
        .order_by("position")
        .select_for_update(skip_locked=True, of=("self",))[:size]
    )


def _tell(subscriber: Subscriber, event: OutboxEvent, now: datetime) -> None:
    """Run one subscriber in a savepoint of its own, so that the others' receipts survive its failure."""
    with transaction.atomic():
        receipt = {"event": event.key, "subscriber": subscriber.name, "now": now}
        if run(_RECEIPT, receipt):
            subscriber.react(decode(event))
            with connection.cursor() as cursor:
                cursor.execute(_CHECK_NOW)


def decode(event: OutboxEvent) -> object:
    """Return the catalogue's typed event of a row. Raises KeyError for a name that is no longer in it."""
    return msgspec.json.decode(bytes(event.payload), type=CATALOGUE[event.name])


def _put_off(event: OutboxEvent, error: Exception, now: datetime) -> None:
    if isinstance(error, DatabaseError):
        log.warning("event_database_error", event_name=event.name, key=str(event.key), error=str(error))
    event.attempts += 1
    event.last_error = f"{type(error).__name__}: {error}"[:4000].replace("\x00", "")
    event.next_attempt_at = now + timedelta(seconds=min(2**event.attempts, 600) * random.uniform(0.8, 1.2))  # noqa: S311
    if event.attempts >= MAX_ATTEMPTS:
        event.status = OutboxEvent.Status.DEAD
    event.save(update_fields=["attempts", "last_error", "next_attempt_at", "status"])
    log.error("event_failed", event_name=event.name, key=str(event.key), attempts=event.attempts, exc_info=error)
