"""From raw events to what the house knows: each is read once, or stays visible with the reason."""

from __future__ import annotations

import random
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone
from django.utils.translation import gettext_noop

from engagement.channels.adapters import UnknownKind, adapter_for
from engagement.channels.email.headers import Headers, split_fields
from engagement.channels.email.parsed import Unparsable
from engagement.channels.inbound.finishing import fail, finish
from engagement.channels.inbound.items import InboundLetter, NotOursYet, Unanswerable
from engagement.channels.inbound.letters import read_letter
from engagement.channels.inbound.taking import take_in
from engagement.channels.inbound.together import read_together
from engagement.channels.inbound.waking import wake_reading
from engagement.channels.models import RawEvent
from engagement.events import relay
from engagement.events.wake import relayed_inline
from engagement.keep_alive import kept_alive
from engagement.profiles.addresses import InvalidAddress
from engagement.realtime.topics import gathered_pokes

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 6
_BATCH = 20
_RELAYED = 500
_SMALL = 256 * 1024  # bytes: a batch of these fits in memory
# Short, so that what a host that is gone had claimed is read soon; prolonged while the batch is being read.
_LEASE = timedelta(seconds=15)
_RENEW_SECONDS = 5.0

# The attempt is counted, and committed, before the reading begins: what kills its worker is not read for ever.
_CLAIM = """
UPDATE engagement_channels_rawevent raw SET attempts = attempts + 1, next_attempt_at = %(until)s
FROM engagement_channels_channel channel
WHERE channel.key = raw.channel_id AND raw.key IN (
    SELECT key FROM engagement_channels_rawevent
    WHERE status = 'received' AND (next_attempt_at IS NULL OR next_attempt_at <= %(now)s)
    ORDER BY key LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING raw.key, octet_length(raw.body), raw.attempts, channel.kind
"""
# What its reading has locked is nobody else's anyway; what was put off to a later time keeps that.
_RENEW = """
UPDATE engagement_channels_rawevent SET next_attempt_at = %(until)s
WHERE key IN (
    SELECT key FROM engagement_channels_rawevent
    WHERE key = ANY(%(keys)s) AND status = 'received' AND next_attempt_at < %(until)s
    ORDER BY key FOR UPDATE SKIP LOCKED
)
"""


@dataclass(frozen=True, slots=True, order=True)
class Claimed:
    """A raw event that this worker has for a while. ``size`` in bytes, ``attempts`` with this one, its channel's
    ``kind``.
    """

    key: UUID
    size: int
    attempts: int
    kind: str


def process_waiting(*, seconds: float = 20.0) -> bool:
    """Read what waits, batch by batch, and run the relay after each batch; return whether more may be waiting.

    Any number of workers may do so at once. Ends after ``seconds``, so that a worker can be told to stop.
    """
    end = time.monotonic() + seconds
    with relayed_inline():
        while claimed := _claim(timezone.now()):
            if len(claimed) == _BATCH:
                wake_reading()  # there may be work for another worker too
            with gathered_pokes():
                _process_batch(claimed, timezone.now())
                while relay.run_pending(limit=_RELAYED) == _RELAYED:
                    continue
            if time.monotonic() > end:
                return True
    return False


def _process_batch(claimed: list[Claimed], now: datetime) -> None:
    """Read small e-mails together, and alone what that left: other kinds, robots, broken ones, or all if it failed."""
    small = [one.key for one in claimed if one.size <= _SMALL and one.attempts == 1 and one.kind == "email"]
    done: set[UUID] = set()
    unread = {one.key for one in claimed}
    with kept_alive(lambda: _renew(unread, timezone.now()), every_seconds=_RENEW_SECONDS):
        try:
            done = read_together(small, now=now)
        except Exception as error:  # noqa: BLE001 - each is read alone then, and its own error is kept with it
            log.warning("inbound_not_read_together", error=f"{type(error).__name__}: {error}")
        for one in claimed:
            if one.key not in done:
                process(key=one.key, now=now)
            unread.discard(one.key)
    _note_last_inbound([one.key for one in claimed])


def process(*, key: UUID, now: datetime) -> None:
    """Read one claimed raw event: it becomes events, or is recognised, or fails visibly. Safe to repeat."""
    raw = RawEvent.objects.select_related("channel").defer("channel__credentials").get(key=key)
    if raw.status != RawEvent.Status.RECEIVED:
        return
    try:
        if raw.attempts > MAX_ATTEMPTS:
            raise Unanswerable(raw.error or gettext_noop("Reading it ended the worker each time it was tried."))
        _read(raw, now)
    except (Unparsable, Unanswerable, InvalidAddress) as error:
        fail(raw=raw, reason=str(error), now=now, facts=_summary(raw))
    except UnknownKind:
        fail(raw=raw, reason=gettext_noop("This installation does not know the kind of this channel."), now=now)
    except NotOursYet as error:
        _put_off(raw, error, now)
    except (DatabaseError, InterfaceError, OSError) as error:
        _put_off(raw, error, now)
    except Exception as error:
        log.exception("inbound_not_read", key=str(raw.key))
        fail(raw=raw, reason=f"Reading it failed: {type(error).__name__}: {error}", now=now)


def _summary(raw: RawEvent) -> dict[str, str]:
    """What a list shows of an email that could not be read, as far as its header goes."""
    if raw.channel.kind != "email":
        return {}
    headers = Headers(split_fields(bytes(raw.body)[:65_536].lstrip())[0])
    found = {"subject": headers.text("subject")[:300], "sender": headers.text("from")[:320]}
    return {name: value.replace("\x00", "") for name, value in found.items() if value}


def _claim(now: datetime) -> list[Claimed]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "until": now + _LEASE, "limit": _BATCH})
        return sorted(Claimed(*row) for row in cursor.fetchall())


def _renew(keys: Collection[UUID], now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, {"keys": [*keys], "until": now + _LEASE})


def _read(raw: RawEvent, now: datetime) -> None:
    """Have the kind's adapter say what is in it, and act on that. Raises UnknownKind."""
    items = adapter_for(raw.channel.kind).parse(raw)
    if not items:
        finish(raw, RawEvent.Status.ROBOT, "nothing")
    elif isinstance(items[0], InboundLetter):
        read_letter(raw, items[0].parsed, now)
    else:
        take_in(raw, items, now)


def _put_off(raw: RawEvent, error: Exception, now: datetime) -> None:
    """Try again later what the database or the disc refused, and a receipt that came before the message's commit.

    Raises DatabaseError when the database is away."""
    if isinstance(error, (OperationalError, InterfaceError, NotOursYet)):
        log.warning("inbound_put_off", key=str(raw.key), error=str(error))
    else:
        log.error("inbound_put_off", key=str(raw.key), error=str(error), exc_info=error)
    pause = timedelta(seconds=min(2**raw.attempts, 300) * random.uniform(0.8, 1.2))  # noqa: S311 - spreads retries
    reason = str(error) if isinstance(error, NotOursYet) else f"{type(error).__name__}: {error}"
    RawEvent.objects.filter(key=raw.key, status=RawEvent.Status.RECEIVED).update(
        next_attempt_at=now + pause, error=reason[:4000].replace("\x00", "")
    )


def _note_last_inbound(keys: list[UUID]) -> None:
    """Outside the messages' transactions, which would otherwise wait for each other at the channel's row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE engagement_channels_channel channel SET last_inbound_at = came.at FROM ("
            " SELECT channel_id, max(received_at) AS at FROM engagement_channels_rawevent WHERE key = ANY(%s)"
            " GROUP BY channel_id"
            ") came WHERE channel.key = came.channel_id"
            " AND (channel.last_inbound_at IS NULL OR channel.last_inbound_at < came.at - interval '5 seconds')",
            [keys],
        )
