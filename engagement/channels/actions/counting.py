"""Counts of groups: many small changes, one row at last."""

from uuid import UUID

from django.db import transaction

from engagement.statements import run

_MANY = 8  # rows of one count that are worth a squash
_GROUPS = """
SELECT group_id, state FROM engagement_channels_groupcount
GROUP BY group_id, state HAVING count(*) >= %(many)s ORDER BY count(*) DESC LIMIT 1000
"""
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('group:' || %(group)s::text || %(state)s::text, 0))"
# Rows that were not visible when this statement began are neither counted nor deleted.
_SQUASH = """
WITH old AS (
    DELETE FROM engagement_channels_groupcount WHERE group_id = %(group)s AND state = %(state)s RETURNING delta
), total AS (SELECT count(*) AS rows, coalesce(sum(delta), 0)::int AS delta FROM old),
written AS (
    INSERT INTO engagement_channels_groupcount (group_id, state, delta)
    SELECT %(group)s::uuid, %(state)s, delta FROM total WHERE delta <> 0 RETURNING 1
)
SELECT (SELECT rows FROM total) - (SELECT count(*) FROM written)
"""


def squash() -> int:
    """Replace the changes of each count by their sum; return how many rows that saved.

    Whoever counts at the same time sees either all of a count's rows or their sum. Two at once do not collide.
    """
    return sum(_squash(group, state) for group, state in run(_GROUPS, {"many": _MANY}))


@transaction.atomic
def _squash(group: UUID, state: str) -> int:
    values = {"group": group, "state": state}
    if not run(_LOCK, values)[0][0]:
        return 0
    return int(run(_SQUASH, values)[0][0])
