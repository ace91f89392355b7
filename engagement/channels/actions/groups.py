"""Hold the messages of a campaign, let them go on, take them back: all at once, however many there are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from engagement.channels.delivery.waking import wake_delivery
from engagement.channels.models import Channel, Group, Transmission
from engagement.events.catalogue import GroupHeld
from engagement.events.outbox import publish
from engagement.statements import run

State = Transmission.State
# In the order of the keys, as in every statement over several messages: two of them wait then, and never deadlock.
_CANCEL = """
WITH taken AS (
    SELECT key FROM engagement_channels_transmission
    WHERE channel_id = %(channel)s AND group_id = %(group)s AND state = 'queued'
    ORDER BY key LIMIT %(limit)s FOR NO KEY UPDATE
)
UPDATE engagement_channels_transmission message SET state = 'cancelled', state_at = %(now)s
FROM taken WHERE message.key = taken.key
RETURNING message.key
"""
_CANCEL_CLAIMED = """
WITH taken AS (
    SELECT key FROM engagement_channels_transmission
    WHERE group_id = %(group)s AND state IN ('claimed', 'handing') AND state = 'claimed'
    ORDER BY key FOR NO KEY UPDATE
)
UPDATE engagement_channels_transmission message
SET state = 'cancelled', state_at = %(now)s, lease_owner = '', lease_until = NULL
FROM taken WHERE message.key = taken.key
RETURNING message.key
"""
_CANCELLED_AT_ONCE = 10_000


def ask(
    *,
    group_id: UUID,
    cap: int = 0,
    cap_days: int = 0,
    quiet: bool = False,
    ends_at: datetime | None = None,
    began_at: datetime | None = None,
    stops_on: Sequence[str] = (),
) -> Group:
    """Say what the gate is to ask of each message of the group when it leaves, besides the organisation's rules.

    At most ``cap`` marketing messages to a person in ``cap_days`` (0: as many as the organisation allows);
    ``quiet``: quiet hours hold for e-mail too; ``ends_at``: nothing leaves from then on; ``stops_on``: who opts
    out by one of these kinds of channel after ``began_at`` gets nothing more by any. Call it before the first message
    is queued. Safe to repeat.
    """
    terms: Mapping[str, Any] = {
        "cap": cap,
        "cap_days": cap_days,
        "quiet": quiet,
        "ends_at": ends_at,
        "began_at": began_at,
        "stops_on": list(stops_on),
    }
    group, _ = Group.objects.update_or_create(key=group_id, defaults=terms)
    return group


def hold(*, group_id: UUID, now: datetime, reason: str = "") -> Group:
    """Let nothing more of the group leave. What is being prepared goes back to the queue; what is being handed over
    leaves. Safe to repeat: the first reason stays.

    ``reason`` is a code of ``delivery.reasons``, empty when a person wanted it.
    """
    with transaction.atomic():
        group = _lock(group_id)
        if group.held_at is not None:
            return group
        group.held_at, group.hold_reason = now, reason
        group.save(update_fields=["held_at", "hold_reason"])
        publish(GroupHeld(group_id=group_id, reason=reason, at=now), now=now)
    return group


def release(*, group_id: UUID, now: datetime) -> Group:
    """Let the group's messages be claimed again. Safe to repeat."""
    with transaction.atomic():
        group = _lock(group_id)
        if group.held_at is None:
            return group
        group.held_at, group.hold_reason = None, ""
        group.save(update_fields=["held_at", "hold_reason"])
        wake_delivery(not_before=now, now=now)
    return group


def cancel_group(*, group_id: UUID, now: datetime) -> int:
    """Take back what of the group has not begun to be handed over; return how many messages that were.

    Call it outside a transaction: ten thousand at a time are committed, and a second call goes on where a first one
    was cut off. Messages that are queued meanwhile are not seen.
    """
    taken = len(run(_CANCEL_CLAIMED, {"group": group_id, "now": now}))
    for channel_id in Channel.objects.order_by("key").values_list("key", flat=True):
        while True:
            values = {"group": group_id, "channel": channel_id, "now": now, "limit": _CANCELLED_AT_ONCE}
            rows = run(_CANCEL, values)
            taken += len(rows)
            if len(rows) < _CANCELLED_AT_ONCE:
                break
    return taken


def _lock(group_id: UUID) -> Group:
    Group.objects.bulk_create([Group(key=group_id)], ignore_conflicts=True)
    return Group.objects.select_for_update().get(key=group_id)
