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

from engagement.channels import gate
from engagement.channels.actions.transmit import announce_all
from engagement.channels.delivery import lanes
from engagement.channels.delivery.waking import wake_delivery
from engagement.channels.models import Transmission
from engagement.statements import run

State = Transmission.State
_RECOVERED = ("state", "state_at", "lease_owner", "lease_until", "recoveries", "error_code")
# Statements over several messages lock them in the order of their keys: two of them wait, and never deadlock.
_LEASE = """
UPDATE engagement_channels_transmission SET state = 'claimed', state_at = %(now)s, lease_owner = %(owner)s,
    lease_until = %(until)s, attempts = attempts + 1, tried_since = coalesce(tried_since, %(now)s)
WHERE key = ANY(%(keys)s::uuid[])
"""
_BEGIN = """
WITH ours AS (
    SELECT message.key FROM engagement_channels_transmission message
    WHERE message.key = ANY(%(keys)s::uuid[]) AND message.state = 'claimed' AND message.lease_owner = %(owner)s
    AND message.lease_until > %(now)s
    AND NOT EXISTS (
        SELECT FROM engagement_channels_group held WHERE held.key = message.group_id
        AND (held.held_at IS NOT NULL OR held.ends_at <= %(now)s))
    ORDER BY message.key FOR NO KEY UPDATE OF message
)
UPDATE engagement_channels_transmission message
SET state = 'handing', state_at = %(now)s, handed_at = %(now)s, lease_until = %(until)s
FROM ours WHERE message.key = ours.key
RETURNING message.key
"""
_RELEASE = """
WITH ours AS (
    SELECT key FROM engagement_channels_transmission
    WHERE key = ANY(%(keys)s::uuid[]) AND state = 'claimed' AND lease_owner = %(owner)s
    ORDER BY key FOR NO KEY UPDATE
)
UPDATE engagement_channels_transmission message
SET state = 'queued', state_at = %(now)s, lease_owner = '', lease_until = NULL, attempts = attempts - 1
FROM ours WHERE message.key = ours.key
RETURNING message.key
"""
_RENEW_ALL = """
UPDATE engagement_channels_transmission SET lease_until = %(until)s WHERE key IN (
    SELECT key FROM engagement_channels_transmission
    WHERE state = 'claimed' AND lease_owner = %(owner)s AND lease_until > %(now)s
    ORDER BY key FOR NO KEY UPDATE SKIP LOCKED
)
"""
SUSPECT = 2  # a message under which so many leases ran out is claimed apart, so that it takes no other with it
MAX_RECOVERIES = 6


def claim(*, channel_id: UUID, owner: str, limit: int, now: datetime, grouped: bool = False) -> list[Transmission]:
    """Claim up to ``limit`` messages of a channel that are due and that the gate lets pass, the oldest first: those
    that belong to no group, or with ``grouped`` those of campaigns that are not held.

    In the same transaction the gate's other decisions are carried out: refused, or put off. What waits for
    its channel stays as it is, so that it keeps its place.
    """
    lock = lanes.lock_grouped if grouped else lanes.lock_alone
    with transaction.atomic():
        rows = _apart(lock(channel_id=channel_id, limit=limit, now=now), lot=limit // 4 if grouped else 1)
        decisions = gate.decide(rows=rows, now=now)
        passed = [row for row in rows if isinstance(decisions[row.key], gate.Pass)]
        _lease(passed, owner, now)
        _refuse([(row, found) for row in rows if isinstance(found := decisions[row.key], gate.Refuse)], now)
        _put_off([(row, found) for row in rows if isinstance(found := decisions[row.key], gate.Defer)], now)
    return passed


def begin_handing(*, keys: Sequence[UUID], owner: str, now: datetime) -> set[UUID]:
    """Commit that the carrier is about to be given these messages, in one statement; return which are ours to hand
    over. One whose lease ran out, that was taken back, that a withdrawal stopped or whose group is held, is not.
    """
    until = now + timedelta(seconds=settings.DELIVERY_HANDING_SECONDS)
    rows = run(_BEGIN, {"keys": list(keys), "owner": owner, "now": now, "until": until})
    return {row[0] for row in rows}


def renew(*, keys: Sequence[UUID], owner: str, now: datetime) -> set[UUID]:
    """Prolong the leases that are still ours; return which are."""
    until = now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    ours = Transmission.objects.filter(key__in=keys, state=State.CLAIMED, lease_owner=owner)
    ours.update(lease_until=until)
    return set(ours.order_by("key").values_list("key", flat=True))


def renew_all(*, owner: str, now: datetime) -> None:
    """Prolong every lease of what this owner has claimed and not begun to hand over."""
    run(_RENEW_ALL, {"owner": owner, "now": now, "until": now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)})


def release(*, keys: Sequence[UUID], owner: str, now: datetime) -> int:
    """Give back what was claimed and not begun; it waits again as before, without an attempt counted."""
    if not keys:
        return 0
    return len(run(_RELEASE, {"keys": list(keys), "owner": owner, "now": now}))


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
        Transmission.objects.bulk_update(rows, _RECOVERED)
        announce_all([row for row in rows if row.state != State.QUEUED], now=now)
        queued = sum(row.state == State.QUEUED for row in rows)
        if queued:
            wake_delivery(not_before=now, now=now)
    return queued, sum(row.state == State.UNKNOWN for row in rows)


def _apart(rows: list[Transmission], *, lot: int) -> list[Transmission]:
    """What is innocent; else the first suspect alone, or (of a campaign) suspects in ever smaller lots, so that the one
    that kills is found at last.
    """
    innocent = [row for row in rows if row.recoveries < SUSPECT]
    if innocent or not rows:
        return innocent
    if lot == 1:
        return rows[:1]
    least = min(row.recoveries for row in rows)
    return [row for row in rows if row.recoveries == least][: max(1, lot >> 2 * (least - SUSPECT))]


def _lease(rows: Sequence[Transmission], owner: str, now: datetime) -> None:
    until = now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    if rows:
        run(_LEASE, {"keys": [row.key for row in rows], "owner": owner, "now": now, "until": until})
    for row in rows:
        row.state, row.state_at, row.lease_owner, row.lease_until = State.CLAIMED, now, owner, until
        row.attempts += 1
        row.tried_since = row.tried_since or now


def _refuse(refused: Sequence[tuple[Transmission, gate.Refuse]], now: datetime) -> None:
    for row, decision in refused:
        row.state, row.state_at, row.error_code = State.REFUSED, now, decision.code
    rows = [row for row, _ in refused]
    Transmission.objects.bulk_update(rows, ["state", "state_at", "error_code"])
    announce_all(rows, now=now)


def _put_off(deferred: Sequence[tuple[Transmission, gate.Defer]], now: datetime) -> None:
    own = [(row, decision) for row, decision in deferred if not decision.channel_wide]
    for row, decision in own:
        row.not_before, row.error_code = decision.until, decision.code
    Transmission.objects.bulk_update([row for row, _ in own], ["not_before", "error_code"])
    for until in sorted({decision.until for _, decision in own}):
        wake_delivery(not_before=until, now=now)


def _recover(row: Transmission, now: datetime) -> None:
    if row.state == State.HANDING:
        row.state, row.error_code = State.UNKNOWN, "lease_expired"
    else:
        row.recoveries += 1
        dead = row.recoveries >= MAX_RECOVERIES
        row.state = State.FAILED if dead else State.QUEUED
        row.error_code = "worker_died" if dead else ""
    row.state_at, row.lease_owner, row.lease_until = now, "", None
