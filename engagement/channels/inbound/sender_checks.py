"""Check who really sent an email: by what our receiving server wrote, else later by a look of our own."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from engagement.channels.email.email_settings import EmailSettings
from engagement.channels.email.parsed import ParsedEmail
from engagement.channels.email.sender_check import LookupFailed, SenderCheck, Verdict, read_results, verify_sender
from engagement.channels.models import Channel, PendingSenderCheck, RawEvent
from engagement.domain_names import ascii_domain
from engagement.events.catalogue import SenderChecked
from engagement.events.outbox import publish_all
from engagement.wakeups import wake

CHECK_SENDERS = "engagement.channels.tasks.check_senders"
BATCH_SIZE = 40
MAX_ATTEMPTS = 3
MAX_BYTES = 10 * 1024 * 1024  # of a message that is checked by ourselves
_LOOKUPS_AT_ONCE = 8
_LEASE = timedelta(seconds=90)
_RETRY_AFTER = timedelta(minutes=5)


def check_at_reading(channel: Channel, parsed: ParsedEmail) -> SenderCheck | None:
    """Return what the header says about the sender; None when it says nothing that counts."""
    if parsed.sender is None:
        return None
    return read_results(
        parsed.authentication_results,
        from_domain=ascii_domain(parsed.sender.address.rpartition("@")[2].lower()),
        trusted=EmailSettings.from_stored(channel.settings).authentication_servers,
    )


def as_facts(check: SenderCheck | None) -> dict[str, str]:
    """Return a check as events and messages carry it; empty values are left out."""
    return {name: str(value) for name, value in asdict(check).items() if value} if check else {}


def enqueue_checks(read: Iterable[tuple[RawEvent, ParsedEmail, str]], *, now: datetime) -> None:
    """Note the emails whose sender (the normalized address) is to be checked by ourselves.

    Call it in the transaction that reads them.
    """
    rows = [
        PendingSenderCheck(raw_event_key=raw.pk, channel_id=raw.channel_id, sender_address=address[:400], due_at=now)
        for raw, parsed, address in read
        if not parsed.auto and _is_checked_here(raw.channel, parsed)
    ]
    if rows:
        PendingSenderCheck.objects.bulk_create(rows, ignore_conflicts=True)
        transaction.on_commit(functools.partial(wake, CHECK_SENDERS))


def _is_checked_here(channel: Channel, parsed: ParsedEmail) -> bool:
    if not settings.CHECK_SENDERS or not EmailSettings.from_stored(channel.settings).checks_senders:
        return False
    return check_at_reading(channel, parsed) is None


@dataclass(frozen=True, slots=True)
class _Job:
    row: PendingSenderCheck
    body: bytes
    envelope: dict[str, Any]

    @property
    def from_domain(self) -> str:
        return self.row.sender_address.rpartition("@")[2].lower()


def run_checks(*, now: datetime) -> bool:
    """Check one batch of senders; return whether more may wait. Any number of workers may do so at once."""
    jobs = _claim(now)
    with ThreadPoolExecutor(max_workers=_LOOKUPS_AT_ONCE) as lookups:
        results = list(lookups.map(_check, jobs))
    with transaction.atomic():
        known = [(job, result) for job, result in zip(jobs, results, strict=True) if result is not None]
        _publish(known, now)
        waiting = [job.row.pk for job, result in zip(jobs, results, strict=True) if result is None]
        PendingSenderCheck.objects.filter(pk__in=waiting).update(due_at=now + _RETRY_AFTER)
    return len(jobs) == BATCH_SIZE


def _claim(now: datetime) -> list[_Job]:
    with transaction.atomic():
        due = PendingSenderCheck.objects.filter(due_at__lte=now).order_by("due_at", "raw_event_key")
        rows = list(due.select_for_update(skip_locked=True, of=("self",))[:BATCH_SIZE])
        keys = [row.pk for row in rows]
        PendingSenderCheck.objects.filter(pk__in=keys).update(due_at=now + _LEASE, attempts=F("attempts") + 1)
    raws = RawEvent.objects.filter(pk__in=keys).only("key", "envelope", "body").in_bulk()
    return [
        _Job(row, bytes(raws[row.pk].body) if row.pk in raws else b"", raws[row.pk].envelope if row.pk in raws else {})
        for row in rows
    ]


def _check(job: _Job) -> SenderCheck | None:
    """Return the result; None when DNS does not answer and there is a try left. Touches no database."""
    if not job.body or len(job.body) > MAX_BYTES:
        return SenderCheck(Verdict.UNKNOWN)
    try:
        return verify_sender(
            job.body,
            from_domain=job.from_domain,
            mail_from=str(job.envelope.get("mail_from") or ""),
            peer=str(job.envelope.get("peer") or ""),
            helo=str(job.envelope.get("helo") or ""),
        )
    except LookupFailed:
        return None if job.row.attempts + 1 < MAX_ATTEMPTS else SenderCheck(Verdict.UNKNOWN)


def _publish(known: Sequence[tuple[_Job, SenderCheck]], now: datetime) -> None:
    """Tell of each result once: whoever removes the row publishes it."""
    keys: list[UUID] = [job.row.pk for job, _ in known]
    locked = PendingSenderCheck.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))
    mine = set(locked.values_list("pk", flat=True))
    PendingSenderCheck.objects.filter(pk__in=mine).delete()
    publish_all(
        [
            SenderChecked(
                raw_event_id=job.row.pk,
                channel_id=job.row.channel_id,
                sender_address=job.row.sender_address,
                check=as_facts(check),
                at=now,
            )
            for job, check in known
            if job.row.pk in mine
        ],
        now=now,
    )
