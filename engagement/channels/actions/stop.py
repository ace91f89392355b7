"""A person has withdrawn a consent: what waits to leave for them does not leave."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from engagement.channels.actions.transmit import announce_all
from engagement.channels.models import Transmission
from engagement.statements import run

# What is handed over at this moment has the row's lock, or has it no more: then it left before the withdrawal.
_REFUSE = """
WITH waiting AS (
    SELECT message.key FROM engagement_channels_transmission message
    JOIN engagement_channels_channel channel ON channel.key = message.channel_id
    WHERE message.profile_id = ANY(%(profiles)s::uuid[]) AND message.purpose = %(purpose)s
    AND message.state IN ('queued', 'claimed') AND (%(channel)s = '' OR channel.kind = %(channel)s)
    ORDER BY message.key FOR NO KEY UPDATE OF message
)
UPDATE engagement_channels_transmission message
SET state = 'refused', state_at = %(now)s, error_code = 'consent_withdrawn', error = '', lease_owner = '',
    lease_until = NULL
FROM waiting WHERE message.key = waiting.key
RETURNING message.key
"""


def stop_what_waits(*, profile_ids: Sequence[UUID], channel: str, purpose: str, now: datetime) -> int:
    """Refuse what is queued or claimed for these profiles and has not begun to be handed over; return how many.

    Runs in the withdrawing transaction (``profiles.withdrawals``). A worker that has claimed one finds so when it
    begins to hand over. ``channel`` is a kind, empty for every channel.
    """
    values = {"profiles": list(profile_ids), "channel": channel, "purpose": purpose, "now": now}
    stopped = [row[0] for row in run(_REFUSE, values)]
    announce_all(list(Transmission.objects.filter(key__in=stopped).order_by("key")), now=now)
    return len(stopped)
