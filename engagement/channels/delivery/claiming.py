"""Leases: a worker claims what may leave, shows that it still holds it, gives it back, or is found to have
died.

No two workers ever hold one message: claiming locks with SKIP LOCKED, and each later step is an UPDATE that
needs the worker's own name in the row.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from engagement.channels import gate
from engagement.channels.actions.transmit import announce
from engagement.channels.delivery.waking import wake_delivery
from engagement.channels.models import Transmission

State = Transmission.State
SUSPECT = 2  # a message under which so many leases ran out is claimed alone, so that it takes no other with it
MAX_RECOVERIES = 6


def claim(*, channel_id: UUID, owner: str, limit: int, now: datetime) -> list[Transmission]:
    """Claim up to ``limit`` messages of a channel that are due and that the gate lets pass, the oldest first.

    In the same transaction the gate's other decisions are carried out: refused, or put off. What waits for
    its channel stays as it is, so that it keeps its place.
    """
    with transaction.atomic():
        due = Transmission.objects.filter(channel_id=channel_id, state=State.QUEUED, not_before__lte=now)
        locked = due.order_by("not_before", "key").select_for_update(skip_locked=True, no_key=True)
        rows = _apart(list(locked[:limit]))
        decisions = gate.decide(keys=[row.key for row in rows], now=now)
        passed = [row for row in rows if isinstance(decisions[row.key], gate.Pass)]
        _lease(passed, owner, now)
        for row in rows:
            _carry_out(row, decisions[row.key], now)
    return passed


def begin_handing(*, key: UUID, owner: str, now: datetime) -> bool:
    """Commit that the carrier is about to be given the words; False when the lease is no longer ours."""
    until = now + timedelta(seconds=settings.DELIVERY_HANDING_SECONDS)
    return bool(
        Transmission.objects.filter(key=key, state=State.CLAIMED, lease_owner=owner, lease_until__gt=now).update(
            state=State.HANDING, state_at=now, lease_until=until
        )
    )


def renew(*, keys: Sequence[UUID], owner: str, now: datetime) -> set[UUID]:
    """Prolong the leases that are still ours; return which are."""
    until = now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    ours = Transmission.objects.filter(key__in=keys, state=State.CLAIMED, lease_owner=owner)
    ours.update(lease_until=until)
    return set(ours.order_by("key").values_list("key", flat=True))


def release(*, keys: Sequence[UUID], owner: str, now: datetime) -> int:
    """Give back what was claimed and not begun; it waits again as before, without an attempt counted."""
    return Transmission.objects.filter(key__in=keys, state=State.CLAIMED, lease_owner=owner).update(
        state=State.QUEUED, state_at=now, lease_owner="", lease_until=None, attempts=F("attempts") - 1
    )


def recover(*, now: datetime, limit: int = 500) -> tuple[int, int]:
    """Settle leases that ran out; return how many messages were queued again and how many became unknown.

    What had not begun to be handed over is safe to try again. What had may have left: nobody can tell, so it
    is never sent again by itself and waits for a person.
    """
    with transaction.atomic():
        expired = Transmission.objects.filter(state__in=[State.CLAIMED, State.HANDING], lease_until__lt=now)
        rows = list(expired.order_by("lease_until", "key").select_for_update(skip_locked=True, no_key=True)[:limit])
        for row in rows:
            _recover(row, now)
        queued = sum(row.state == State.QUEUED for row in rows)
        if queued:
            wake_delivery(not_before=now, now=now)
    return queued, sum(row.state == State.UNKNOWN for row in rows)


def _apart(rows: list[Transmission]) -> list[Transmission]:
    suspects = [row for row in rows if row.recoveries >= SUSPECT]
    if not suspects:
        return rows
    innocent = [row for row in rows if row.recoveries < SUSPECT]
    return innocent or suspects[:1]


def _lease(rows: Sequence[Transmission], owner: str, now: datetime) -> None:
    until = now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    Transmission.objects.filter(key__in=[row.key for row in rows]).update(
        state=State.CLAIMED, state_at=now, lease_owner=owner, lease_until=until, attempts=F("attempts") + 1
    )
    Transmission.objects.filter(key__in=[row.key for row in rows if row.tried_since is None]).update(tried_since=now)
    for row in rows:
        row.state, row.state_at, row.lease_owner, row.lease_until = State.CLAIMED, now, owner, until
        row.attempts += 1
        row.tried_since = row.tried_since or now


def _carry_out(row: Transmission, decision: gate.Decision, now: datetime) -> None:
    if isinstance(decision, gate.Refuse):
        row.state, row.state_at, row.error_code = State.REFUSED, now, decision.code
        row.save(update_fields=["state", "state_at", "error_code"])
        announce(row, now=now, detail=decision.code)
    elif isinstance(decision, gate.Defer) and not decision.channel_wide:
        row.not_before, row.error_code = decision.until, decision.code
        row.save(update_fields=["not_before", "error_code"])
        wake_delivery(not_before=decision.until, now=now)


def _recover(row: Transmission, now: datetime) -> None:
    if row.state == State.HANDING:
        row.state, row.error_code = State.UNKNOWN, "lease_expired"
    else:
        row.recoveries += 1
        dead = row.recoveries >= MAX_RECOVERIES
        row.state = State.FAILED if dead else State.QUEUED
        row.error_code = "worker_died" if dead else ""
    row.state_at, row.lease_owner, row.lease_until = now, "", None
    row.save(update_fields=["state", "state_at", "lease_owner", "lease_until", "recoveries", "error_code"])
    if row.state != State.QUEUED:
        announce(row, now=now, detail=row.error_code)
