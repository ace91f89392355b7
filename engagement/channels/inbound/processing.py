"""From raw events to what the house knows: each is read once, or stays visible with the reason."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext_noop

from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.parsed import ParsedEmail, Unparsable
from engagement.channels.email.parsing import parse
from engagement.channels.inbound.content import Content, content_of
from engagement.channels.inbound.files import reference, write_files
from engagement.channels.inbound.message import message_received
from engagement.channels.inbound.own_mail import is_own_mail
from engagement.channels.inbound.reports import MUST_BE_SEEN, apply_report, is_report
from engagement.channels.inbound.together import read_together
from engagement.channels.inbound.waking import wake_reading
from engagement.channels.models import Attachment, RawEvent
from engagement.events import relay
from engagement.events.catalogue import InboundFailed
from engagement.events.outbox import publish
from engagement.events.wake import relayed_inline
from engagement.profiles.actions.resolve import resolve
from engagement.profiles.addresses import InvalidAddress
from engagement.realtime.topics import gathered_pokes, poke

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 6
_BATCH = 20
_RELAYED = 500
_SMALL = 256 * 1024  # bytes: a batch of these fits in memory
_LEASE = timedelta(seconds=60)

# The attempt is counted, and committed, before the reading begins: what kills its worker is not read for ever.
_CLAIM = """
UPDATE engagement_channels_rawevent SET attempts = attempts + 1, next_attempt_at = %(until)s
WHERE key IN (
    SELECT key FROM engagement_channels_rawevent
    WHERE status = 'received' AND (next_attempt_at IS NULL OR next_attempt_at <= %(now)s)
    ORDER BY key LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING key, octet_length(body), attempts
"""


@dataclass(frozen=True, slots=True, order=True)
class Claimed:
    """A raw event that this worker has for a minute; ``size`` in bytes, ``attempts`` with this one."""

    key: UUID
    size: int
    attempts: int


class Unanswerable(ValueError):
    """It was read, but stands for nobody; the message is a sentence for agents."""


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
    """Read small messages together, and alone what that left: robots, broken ones, or all if it failed."""
    small = [one.key for one in claimed if one.size <= _SMALL and one.attempts == 1]
    done: set[UUID] = set()
    try:
        done = read_together(small, now=now)
    except Exception as error:  # noqa: BLE001 - each is read alone then, and its own error is kept with it
        log.warning("inbound_not_read_together", error=f"{type(error).__name__}: {error}")
    for one in claimed:
        if one.key not in done:
            process(key=one.key, now=now)
    _note_last_inbound([one.key for one in claimed])


def process(*, key: UUID, now: datetime) -> None:
    """Read one claimed raw event: it becomes events, or is recognised, or fails visibly. Safe to repeat."""
    raw = RawEvent.objects.get(key=key)
    if raw.status != RawEvent.Status.RECEIVED:
        return
    try:
        if raw.attempts > MAX_ATTEMPTS:
            raise Unanswerable(raw.error or gettext_noop("Reading it ended the worker each time it was tried."))
        _read(raw, now)
    except (Unparsable, Unanswerable, InvalidAddress) as error:
        fail(raw=raw, reason=str(error), now=now)
    except (DatabaseError, InterfaceError, OSError) as error:
        _put_off(raw, error, now)
    except Exception as error:
        log.exception("inbound_not_read", key=str(raw.key))
        fail(raw=raw, reason=f"Reading it failed: {type(error).__name__}: {error}", now=now)


def fail(*, raw: RawEvent, reason: str, now: datetime, kind: str = "") -> None:
    """Keep what could not be read for a person to see, with the reason as an English sentence."""
    with transaction.atomic():
        if not _finish(raw, RawEvent.Status.FAILED, kind, error=reason.replace("\x00", "")[:4000]):
            return
        publish(InboundFailed(raw_event_id=raw.key, channel_id=raw.channel_id, reason=reason, at=now), now=now)
        poke("attention:all")


def _claim(now: datetime) -> list[Claimed]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "until": now + _LEASE, "limit": _BATCH})
        return sorted(Claimed(*row) for row in cursor.fetchall())


def _read(raw: RawEvent, now: datetime) -> None:
    if "left_out_bytes" in raw.envelope:
        size = filesizeformat(raw.envelope["left_out_bytes"])
        raise Unanswerable(f"The message is too large to take in ({size}). It is still in the mailbox.")
    parsed = parse(
        bytes(raw.body),
        envelope_sender=raw.envelope.get("mail_from"),
        max_attachment_bytes=settings.ATTACHMENT_LIMIT,
    )
    if is_own_mail(raw, parsed):
        _finish(raw, RawEvent.Status.ROBOT, "loop")
    elif not (is_report(parsed) and _apply_report(raw, parsed, now)):
        _receive_message(raw, parsed, now)


def _apply_report(raw: RawEvent, parsed: ParsedEmail, now: datetime) -> bool:
    """Say whether it was dealt with as a report. One that is about nothing of ours waits for a person: perhaps a
    message is missing, perhaps somebody forges our address. A harmless one goes into the inbox as it is.
    """
    with transaction.atomic():
        if not _finish(raw, RawEvent.Status.ROBOT, parsed.auto.value or "report"):
            return True
        if apply_report(raw, parsed):
            return True
        transaction.set_rollback(True)
    if parsed.auto in MUST_BE_SEEN:
        fail(raw=raw, reason=MUST_BE_SEEN[parsed.auto], now=now, kind=parsed.auto.value)
        return True
    return False


def _receive_message(raw: RawEvent, parsed: ParsedEmail, now: datetime) -> None:
    if parsed.sender is None:
        raise Unanswerable(gettext_noop("The message names no sender: there is nobody to answer."))
    content = content_of(parsed)
    rows = write_files(content.files, raw_event_key=raw.key, now=now)
    with transaction.atomic():
        if _finish(raw, RawEvent.Status.READ, parsed.auto.value):
            _make_known(raw, parsed, parsed.sender, content, rows, now)


def _make_known(
    raw: RawEvent,
    parsed: ParsedEmail,
    sender: Mailbox,
    content: Content,
    rows: list[Attachment],
    now: datetime,
) -> None:
    Attachment.objects.bulk_create(rows)
    identity = resolve(
        kind="email",
        address=sender.address,
        name="" if parsed.auto else sender.name,
        language=parsed.language[:10],
        now=now,
    )
    files = [reference(row) for row in rows]
    publish(message_received(raw, parsed, sender, content, identity=identity, files=files), now=now)


def _finish(raw: RawEvent, status: RawEvent.Status, kind: str, *, error: str = "") -> bool:
    """Say what became of it; False when another worker was faster. First statement of each transaction: it locks."""
    waiting = RawEvent.objects.filter(key=raw.key, status=RawEvent.Status.RECEIVED)
    return bool(waiting.update(status=status, kind=kind[:40], error=error, next_attempt_at=None))


def _put_off(raw: RawEvent, error: Exception, now: datetime) -> None:
    """Try again later what the database or the disc refused. Raises DatabaseError when the database is away."""
    if isinstance(error, (OperationalError, InterfaceError)):
        log.warning("inbound_put_off", key=str(raw.key), error=str(error))
    else:
        log.error("inbound_put_off", key=str(raw.key), error=str(error), exc_info=error)
    pause = timedelta(seconds=min(2**raw.attempts, 300) * random.uniform(0.8, 1.2))  # noqa: S311 - spreads retries
    RawEvent.objects.filter(key=raw.key, status=RawEvent.Status.RECEIVED).update(
        next_attempt_at=now + pause, error=f"{type(error).__name__}: {error}"[:4000].replace("\x00", "")
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
