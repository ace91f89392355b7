"""Counts: many small deltas, one row at last."""

from uuid import UUID

from django.db import connection, transaction

_MANY = 8  # rows of one count that are worth a squash
_GROUPS = """
SELECT queue_id, status, assignee_id FROM conversations_conversationcount
GROUP BY queue_id, status, assignee_id HAVING count(*) >= %s ORDER BY count(*) DESC LIMIT 1000
"""
# Rows that were not visible when this statement began are neither counted nor deleted.
_SQUASH = """
WITH old AS (
    DELETE FROM conversations_conversationcount
    WHERE queue_id = %(queue)s AND status = %(status)s AND assignee_id IS NOT DISTINCT FROM %(assignee)s
    RETURNING delta
), total AS (SELECT count(*) AS rows, COALESCE(sum(delta), 0)::int AS delta FROM old),
written AS (
    INSERT INTO conversations_conversationcount (queue_id, status, assignee_id, delta)
    SELECT %(queue)s, %(status)s, %(assignee)s, delta FROM total WHERE delta <> 0 RETURNING 1
)
SELECT (SELECT rows FROM total) - (SELECT count(*) FROM written)
"""


def squash() -> int:
    """Replace the deltas of each count by their sum; return how many rows that saved.

    Whoever counts at the same time sees either all of a count's deltas or their sum. Two at once do not collide: each
    count is squashed under an advisory lock, and who does not get it leaves that count to the other.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, [_MANY])
        groups = cursor.fetchall()
    return sum(_squash(queue, status, assignee) for queue, status, assignee in groups)


@transaction.atomic
def _squash(queue: UUID, status: str, assignee: UUID | None) -> int:
    with connection.cursor() as cursor:
        place = f"count:{queue}:{status}:{assignee}"
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [place])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_SQUASH, {"queue": queue, "status": status, "assignee": assignee})
        return int(cursor.fetchone()[0])
