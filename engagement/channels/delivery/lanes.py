"""What is due, by lanes: answers and notices on their own, each campaign (group) on its own.

A campaign of a million must not stand before an answer, and a held one in nobody's way: neither is a matter of
scanning past it, because each group is a range of the index of what is due.
"""

from datetime import datetime
from uuid import UUID

from engagement.channels.models import Transmission
from engagement.statements import joined, run

# The index is read at the first row of each group only ("loose index scan", PostgreSQL wiki).
_GROUPS = """
WITH RECURSIVE waiting AS (
    (SELECT channel_id, group_id FROM engagement_channels_transmission
     WHERE state = 'queued' AND group_id IS NOT NULL {of}
     ORDER BY channel_id, group_id LIMIT 1)
    UNION ALL
    SELECT following.* FROM waiting CROSS JOIN LATERAL (
        SELECT channel_id, group_id FROM engagement_channels_transmission
        WHERE state = 'queued' AND group_id IS NOT NULL {of}
        AND (channel_id, group_id) > (waiting.channel_id, waiting.group_id)
        ORDER BY channel_id, group_id LIMIT 1
    ) AS following
), open AS (
    SELECT channel_id, group_id FROM waiting
    WHERE NOT EXISTS (
        SELECT FROM engagement_channels_group held WHERE held.key = waiting.group_id
        AND (held.held_at IS NOT NULL OR held.ends_at <= %(now)s))
)"""
_DUE = """
SELECT FROM engagement_channels_transmission due
WHERE due.state = 'queued' AND due.group_id = open.group_id AND due.channel_id = open.channel_id
AND due.not_before <= %(now)s"""
_DUE_CHANNELS = f"""{_GROUPS.format(of="")}
SELECT key FROM engagement_channels_channel channel
WHERE status = 'active' AND (circuit_open_until IS NULL OR circuit_open_until <= %(now)s)
AND (
    EXISTS (SELECT FROM engagement_channels_transmission due WHERE due.channel_id = channel.key
        AND due.state = 'queued' AND due.group_id IS NULL AND due.not_before <= %(now)s)
    OR EXISTS (SELECT FROM open WHERE open.channel_id = channel.key AND EXISTS ({_DUE}))
)
ORDER BY last_outbound_at, key
"""  # noqa: S608 - constants
_OPEN_GROUPS = f"""{_GROUPS.format(of="AND channel_id = %(channel)s")}
SELECT group_id FROM open WHERE EXISTS ({_DUE}) ORDER BY random() LIMIT %(most)s
"""  # noqa: S608 - constants
# Of each group the same share, so that a small campaign does not wait for a large one.
_TAKE = """
FROM unnest(%(groups)s::uuid[]) AS open (group_id)
CROSS JOIN LATERAL (
    SELECT * FROM engagement_channels_transmission
    WHERE channel_id = %(channel)s AND state = 'queued' AND group_id = open.group_id AND not_before <= %(now)s
    ORDER BY not_before, key LIMIT %(share)s FOR NO KEY UPDATE SKIP LOCKED
) AS engagement_channels_transmission
ORDER BY not_before, key
"""
_MOST_GROUPS = 20  # of which messages are claimed at once; which ones is left to chance


def due_channels(*, now: datetime) -> list[UUID]:
    """Return the channels that have something due and may be tried, the one that has rested longest first."""
    return [row[0] for row in run(_DUE_CHANNELS, {"now": now})]


def lock_alone(*, channel_id: UUID, limit: int, now: datetime) -> list[Transmission]:
    """Lock what belongs to no group and is due, the oldest first. Skips what others hold."""
    due = Transmission.objects.filter(
        channel_id=channel_id, state=Transmission.State.QUEUED, group_id=None, not_before__lte=now
    )
    return list(due.order_by("not_before", "key").select_for_update(skip_locked=True, no_key=True)[:limit])


def lock_grouped(*, channel_id: UUID, limit: int, now: datetime) -> list[Transmission]:
    """Lock what is due of groups that are not held, of each group its oldest. Skips what others hold."""
    values = {"channel": channel_id, "now": now}
    groups = [row[0] for row in run(_OPEN_GROUPS, {**values, "most": _MOST_GROUPS})]
    if not groups:
        return []
    share = -(-limit // len(groups))
    return [row for (row,) in joined((Transmission,), _TAKE, {**values, "groups": groups, "share": share})]
