"""The numbers beside the views: exact, from the deltas that the database keeps."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from conversations.models import Queue
from conversations.permissions import sees_attention
from conversations.selectors import attention
from conversations.selectors.list_keys import CONDITIONS, DUE_WITHIN
from conversations.selectors.queues import OF_WORKED, queues_of, reader
from engagement import statements
from engagement.village.models import User

MOST = 10_000  # late and due are counted one by one, so far; one more says that there are more


def _counted(view: str) -> str:
    """The count of a view that depends on the clock: its own condition, queue by queue, up to one more than MOST."""
    return f"""
SELECT NULL, '{view}', '', (SELECT count(*) FROM (
    SELECT 1 FROM unnest(%(queues)s::uuid[]) AS queue (key) CROSS JOIN LATERAL (
        SELECT 1 FROM conversations_conversation c WHERE c.queue_id = queue.key AND {CONDITIONS[view]}
        LIMIT %(most)s + 1) one
    LIMIT %(most)s + 1) counted)"""  # noqa: S608 - constants


_COUNTS = f"""
SELECT queue_id, status,
    CASE WHEN assignee_id IS NULL THEN 'nobody' WHEN assignee_id = %(me)s THEN 'me' ELSE 'other' END,
    sum(delta)::bigint
FROM conversations_conversationcount WHERE queue_id = ANY(%(queues)s::uuid[]) GROUP BY 1, 2, 3
UNION ALL {_counted("late")} UNION ALL {_counted("due")}
UNION ALL
SELECT NULL, 'mentions', '', (SELECT count(*) FROM conversations_conversation c
    WHERE c.queue_id = ANY(%(queues)s::uuid[]) AND {CONDITIONS["mentions"]})
"""  # noqa: S608 - constants
# The queues are asked for within: this stands on every page.
_MINE = f"""
SELECT coalesce(sum(delta), 0)::bigint FROM conversations_conversationcount
WHERE assignee_id = %(me)s AND status IN ('open', 'pending') AND {OF_WORKED}
"""  # noqa: S608 - constants
_OPEN = ("open", "pending")
Counted = list[tuple[UUID | None, str, str, int]]


def for_person(user: User, *, now: datetime | None = None, worked: Sequence[Queue] | None = None) -> dict[str, int]:
    """Return the count of each view that the person has.

    Keys: mine, unassigned, all, mentions, snoozed, resolved, late, due (within the hour), ``queue:<slug>`` (open ones)
    for each queue they work, and attention if they may see it. Each is the number of rows of its list. late and due
    stop counting at 10,001. ``worked``: the queues that the person works, if they are known already.
    """
    now = now or timezone.now()
    queues = queues_of(user) if worked is None else worked
    values: dict[str, Any] = {
        "me": user.pk,
        "queues": [queue.pk for queue in queues],
        "now": now,
        "soon": now + DUE_WITHIN,
        "most": MOST,
    }
    rows: Counted = statements.rows(_COUNTS, values)  # type: ignore[assignment]
    counts = {
        "mine": _sum(rows, _OPEN, who="me"),
        "unassigned": _sum(rows, _OPEN, who="nobody"),
        "all": _sum(rows, _OPEN),
        **{name: _sum(rows, (name,)) for name in ("mentions", "snoozed", "resolved", "late", "due")},
        **{f"queue:{queue.slug}": _sum(rows, _OPEN, queue=queue.pk) for queue in queues},
    }
    if sees_attention(user):
        counts["attention"] = attention.count(user=user, queues=[queue.pk for queue in queues])
    return counts


def mine(user: User) -> int:
    """Return how many open conversations are the person's, in queues that they work: "mine" of ``for_person``."""
    return int(statements.rows(_MINE, {"me": user.pk, **reader(user)})[0][0])


def _sum(rows: Counted, statuses: tuple[str, ...], *, who: str = "", queue: UUID | None = None) -> int:
    return sum(
        number
        for at, status, assignee, number in rows
        if status in statuses and who in ("", assignee) and queue in (None, at)
    )
