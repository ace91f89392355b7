"""Put a message on its way out, take it back in time, send it again, settle what failed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypedDict
from uuid import UUID

from django.db import transaction

from engagement.channels.delivery.waking import wake_delivery
from engagement.channels.models import Channel, Transmission
from engagement.events.catalogue import DeliveryReported
from engagement.events.outbox import publish_all
from engagement.realtime.topics import poke
from engagement.village.audit import record
from engagement.village.models import AuditEntry, User

State = Transmission.State
NEEDS_ATTENTION = (State.FAILED, State.UNKNOWN, State.BOUNCED)
ON_ITS_WAY = (State.QUEUED, State.CLAIMED, State.HANDING)


class AlreadySent(ValueError):
    """A message that left, or that its author took back, is not sent a second time."""

    def __init__(self, state: str) -> None:
        super().__init__(f"A message that is “{state}” cannot be sent again.")
        self.state = state


class Recipient(TypedDict):
    """One who gets the message. ``role`` is to, cc or bcc."""

    address: str
    name: str
    role: str


def transmit(
    *,
    channel: Channel,
    unique_key: str,
    purpose: str,
    source: str,
    source_id: UUID,
    recipients: Sequence[Recipient],
    external_id: str,
    not_before: datetime,
    profile_id: UUID | None,
    requested_by: User | None,
    now: datetime,
    content_hash: str = "",
    group_id: UUID | None = None,
    locale: str = "",
) -> Transmission:
    """Queue one message; it leaves at ``not_before`` or soon after. Call it in the transaction that made it
    true.

    Safe to repeat: a second call with the same ``unique_key`` returns the first row unchanged.
    ``external_id`` is the Message-ID without angle brackets (RFC 5322 section 3.6.4), the same at each
    attempt. ``source`` names a renderer. ``content_hash`` is that of approved words, empty for what needs no
    approval; ``group_id`` the campaign's key.
    """
    row = Transmission(
        unique_key=unique_key,
        channel=channel,
        profile_id=profile_id,
        purpose=Transmission.Purpose(purpose),
        source=source,
        source_id=source_id,
        recipients=[dict(recipient) for recipient in recipients],
        external_id=external_id,
        not_before=not_before,
        requested_by=requested_by,
        content_hash=content_hash,
        group_id=group_id,
        locale=locale,
        created_at=now,
        state_at=now,
    )
    with transaction.atomic():
        Transmission.objects.bulk_create([row], ignore_conflicts=True)
        stored = Transmission.objects.get(unique_key=unique_key)
        wake_delivery(not_before=stored.not_before, now=now)
    return stored


def cancel(*, transmission_id: UUID, now: datetime, code: str = "") -> bool:
    """Take a message back while no worker has claimed it; say whether it stays here. ``code`` says why.

    Exactly one wins of a cancel and a claim: both are one UPDATE that needs the state ``queued``. Safe to
    repeat.
    """
    with transaction.atomic():
        taken = Transmission.objects.filter(key=transmission_id, state=State.QUEUED).update(
            state=State.CANCELLED, state_at=now, error_code=code
        )
        row = Transmission.objects.filter(key=transmission_id).first()
        if row is None:
            return False
        if taken:
            announce(row, now=now)
    return row.state == State.CANCELLED


def send_again(
    *, transmission: Transmission, actor: User, now: datetime, hold: timedelta = timedelta()
) -> Transmission:
    """Queue what failed, came back, was held back, or perhaps left: a person's decision, with the same
    Message-ID. It leaves after ``hold``, until when ``undo_send_again`` can take it back.

    What is on its way already stays as it is. Raises AlreadySent.
    """
    with transaction.atomic():
        row = Transmission.objects.select_for_update().get(key=transmission.key)
        if row.state in ON_ITS_WAY:
            return row
        if row.state not in (*NEEDS_ATTENTION, State.REFUSED):
            raise AlreadySent(row.get_state_display())
        before = {"was": row.state, "error_code": row.error_code, "error": row.error[:2_000]}
        row.state, row.state_at, row.not_before = State.QUEUED, now, now + hold
        row.attempts, row.recoveries, row.tried_since = 0, 0, None
        row.error = row.error_code = ""
        row.settled_at = row.settled_by = None
        row.save()
        record(actor=actor, action="transmission.sent_again", subject=row, now=now, detail=before)
        announce(row, now=now)
        wake_delivery(not_before=now + hold, now=now)
    return row


def undo_send_again(*, actor: User, sent_again_at: datetime, now: datetime) -> list[Transmission]:
    """Take back what a person queued again in one act, at ``sent_again_at``, as far as no worker has claimed it."""
    entries = AuditEntry.objects.filter(actor=actor, action="transmission.sent_again", at=sent_again_at)
    before = {entry.subject_id: entry.detail for entry in entries.order_by("key")}
    with transaction.atomic():
        rows = Transmission.objects.select_for_update().filter(
            key__in=list(before), state=State.QUEUED, state_at=sent_again_at
        )
        taken = list(rows.order_by("key"))
        for row in taken:
            facts = before[str(row.key)]
            row.state, row.state_at = facts["was"], now
            row.error_code, row.error = facts.get("error_code", ""), facts.get("error", "")
            row.save(update_fields=["state", "state_at", "error_code", "error"])
            record(actor=actor, action="transmission.retry_undone", subject=row, now=now, detail={"state": row.state})
        announce_all(taken, now=now)
    return taken


def settle(*, transmission: Transmission, actor: User, now: datetime) -> Transmission:
    """Say that nothing more is to be done about what failed, came back or perhaps left. Safe to repeat."""
    with transaction.atomic():
        row = Transmission.objects.select_for_update().get(key=transmission.key)
        if row.state not in NEEDS_ATTENTION or row.settled_at is not None:
            return row
        row.settled_at, row.settled_by = now, actor
        row.save(update_fields=["settled_at", "settled_by"])
        record(actor=actor, action="transmission.settled", subject=row, now=now, detail={"state": row.state})
        announce(row, now=now)
    return row


def settle_many(*, keys: Sequence[UUID], actor: User, now: datetime) -> int:
    """Settle several at once, all of them at ``now``; return how many were not settled before."""
    with transaction.atomic():
        rows = Transmission.objects.select_for_update().filter(key__in=keys, state__in=NEEDS_ATTENTION, settled_at=None)
        settled = list(rows.order_by("key"))
        Transmission.objects.filter(key__in=[row.key for row in settled]).update(settled_at=now, settled_by=actor)
        for row in settled:
            row.settled_at, row.settled_by = now, actor
            record(actor=actor, action="transmission.settled", subject=row, now=now, detail={"state": row.state})
        announce_all(settled, now=now)
    return len(settled)


def undo_settle(*, actor: User, settled_at: datetime, now: datetime) -> int:
    """Take back what a person settled in one act, at ``settled_at``; return how many are open again."""
    with transaction.atomic():
        rows = Transmission.objects.select_for_update().filter(
            settled_by=actor, settled_at=settled_at, state__in=NEEDS_ATTENTION
        )
        opened = list(rows.order_by("key"))
        Transmission.objects.filter(key__in=[row.key for row in opened]).update(settled_at=None, settled_by=None)
        for row in opened:
            row.settled_at, row.settled_by = None, None
            record(actor=actor, action="transmission.reopened", subject=row, now=now, detail={"state": row.state})
        announce_all(opened, now=now)
    return len(opened)


def announce(transmission: Transmission, *, now: datetime, detail: str = "") -> None:
    """Publish what has become of a message, in the transaction that changed it; lists of what failed look
    again.
    """
    announce_all([transmission], now=now, detail=detail)


def announce_all(transmissions: Sequence[Transmission], *, now: datetime, detail: str = "") -> None:
    """Publish what has become of several messages, in one statement.

    Each event tells ``detail``, else the message's error, or its code where nothing was said.
    """
    if not transmissions:
        return
    events = [
        DeliveryReported(
            transmission_id=row.key,
            source=row.source,
            source_id=row.source_id,
            state=row.state,
            detail=detail or row.error or row.error_code,
            at=now,
        )
        for row in transmissions
    ]
    _tell(events, [row.group_id for row in transmissions], now)


def announce_accepted(taken: Sequence[tuple[UUID, str, UUID, UUID | None]], *, now: datetime) -> None:
    """Publish that the carrier has taken messages: of each its key, source, source's key and group."""
    if not taken:
        return
    events = [
        DeliveryReported(
            transmission_id=key, source=source, source_id=source_id, state=State.ACCEPTED, detail="", at=now
        )
        for key, source, source_id, _group in taken
    ]
    _tell(events, [group for *_, group in taken], now)


def _tell(events: Sequence[DeliveryReported], groups: Sequence[UUID | None], now: datetime) -> None:
    """Publish; what belongs to no campaign stands in lists of what failed, and these look again."""
    publish_all(events, now=now)
    if None in groups:
        poke("attention:all")
