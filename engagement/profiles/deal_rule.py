"""The deal rule: while a deal closes, or its owner holds it, the person gets no marketing.

A deal keeps quiet when it is open and not released, and its owner holds it (``deal_held``), or its stage is closing
or it is expected to close within DEAL_QUIET_DAYS days, or should have closed already (``deal_closing``). A stale deal
keeps nothing quiet: it should have closed DEAL_STALE_DAYS days ago and is not held, or its owner has left and it was
not changed for so long. Whoever answers for it is asked (``actions.stale_deals``). The same in Python for one deal:
``Deal.keeps_quiet``, ``Deal.is_stale``.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from engagement.organization.current import current_organization
from engagement.statements import run

_QUIET = """
SELECT deal.profile_id, CASE WHEN bool_or(deal.held) THEN 'deal_held' ELSE 'deal_closing' END AS code
FROM profiles_deal deal JOIN village_user keeper ON keeper.key = deal.owner_id
WHERE deal.stage NOT IN ('won', 'lost')
  AND (deal.released_until IS NULL OR deal.released_until <= %(now)s)
  AND (deal.held OR deal.stage = 'closing'
       OR deal.closes_on <= (%(now)s::timestamptz AT TIME ZONE 'UTC')::date + {days})
  AND {stale} IS NOT TRUE
{only}GROUP BY deal.profile_id
"""
STALE = """(
    (NOT deal.held AND deal.closes_on < (%(now)s::timestamptz AT TIME ZONE 'UTC')::date - {stale_days})
    OR (NOT keeper.is_active AND deal.changed_at < %(now)s::timestamptz - make_interval(days => {stale_days})
        AND (deal.closes_on IS NULL OR deal.closes_on < (%(now)s::timestamptz AT TIME ZONE 'UTC')::date)))"""


def quiet_deals_sql(only: str = "") -> str:
    """Return a SELECT of (profile_id, code): each profile that a deal keeps quiet, once. Takes ``%(now)s``.

    Join it to a set of profiles. ``only`` is a condition over ``deal``, beginning with AND.
    """
    return _QUIET.format(
        days=int(current_organization().deal_quiet_days), stale=stale_sql(), only=f"{only}\n" if only else ""
    )


def stale_sql() -> str:
    """Return the condition that ``deal`` of ``keeper`` is stale at ``%(now)s``."""
    return STALE.format(stale_days=int(current_organization().deal_stale_days))


def quiet_because_of_deals(*, profile_ids: Sequence[UUID], now: datetime) -> dict[UUID, str]:
    """Return the code of each of these profiles that a deal keeps quiet. One query."""
    if not profile_ids:
        return {}
    statement = quiet_deals_sql("  AND deal.profile_id = ANY(%(profiles)s)")
    return {row[0]: row[1] for row in run(statement, {"now": now, "profiles": list(profile_ids)})}
