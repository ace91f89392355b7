"""Which conversations stand on a page of the list, in which order: one index scan for each queue, merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from engagement import statements

DUE_WITHIN = timedelta(hours=1)  # what the label of the view "due" says
OPEN_STATUSES = ("open", "pending")
_OPEN = "c.status IN ('open', 'pending')"
_DUE = f"{_OPEN} AND c.next_due_at IS NOT NULL"
_MENTIONED = """SELECT subject_id FROM collaboration_mention
    WHERE person_id = %(me)s AND subject_type = 'conversations.conversation'"""
# What stands in each view, for its list and for its count; %(me)s, %(now)s, %(soon)s (an hour later). The conditions
# name those of the partial indexes.
CONDITIONS = {
    "mine": f"{_OPEN} AND c.assignee_id = %(me)s",
    "unassigned": f"{_OPEN} AND c.assignee_id IS NULL",
    "all": _OPEN,
    "queue": _OPEN,
    "late": f"{_DUE} AND c.next_due_at <= %(now)s",
    "due": f"{_DUE} AND c.next_due_at > %(now)s AND c.next_due_at <= %(soon)s",
    "snoozed": "c.status = 'snoozed'",
    "resolved": "c.status = 'resolved'",
    "mentions": f"(c.status <> 'resolved' AND c.key IN ({_MENTIONED}) OR c.key IN ({_MENTIONED} AND seen_at IS NULL))",
    "found": "c.key = ANY(%(found)s)",
}
_LABELED = "c.key IN (SELECT conversation_id FROM conversations_conversationlabel WHERE label_id = %(label)s)"
BY_DUE = ("late", "due")
_FEW = ("mine", "mentions", "found")  # found by another index than the queue's

_NEWEST = ("c.last_activity_at", "c.last_activity_at DESC, c.key DESC", "<")
_SOONEST = ("c.next_due_at", "c.next_due_at, c.key", ">")
_BY_QUEUE = """
SELECT c.key, c.at FROM unnest(%(queues)s::uuid[]) AS queue (key) CROSS JOIN LATERAL (
    SELECT c.key, {at} AS at FROM conversations_conversation c
    WHERE c.queue_id = queue.key AND {condition} {after} ORDER BY {order} LIMIT %(limit)s
) c ORDER BY {merged} LIMIT %(limit)s
"""
_BY_VIEW = """
SELECT c.key, {at} AS at FROM conversations_conversation c
WHERE {condition} AND c.queue_id = ANY(%(queues)s::uuid[]) {after} ORDER BY {order} LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation's place in the order: the time it is ordered by, and its key. ``by_due``: in the part by due."""

    key: UUID
    at: datetime
    by_due: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list as one person asks for it. ``found`` narrows it to what a search found, ``label`` to what has it."""

    view: str
    me: UUID
    queues: Sequence[UUID]
    now: datetime
    due_first: bool = False
    found: Sequence[UUID] | None = None
    label: UUID | None = None


def places(wanted: Wanted, *, after: Place | None, limit: int) -> list[Place]:
    """Return up to ``limit`` places behind ``after``.

    With ``due_first``: what has a promised answer, soonest first, then the rest, newest first.
    """
    if wanted.view in BY_DUE:
        return _part(wanted, by_due=True, extra="", after=after, limit=limit)
    if not wanted.due_first:
        return _part(wanted, by_due=False, extra="", after=after, limit=limit)
    rows: list[Place] = []
    if after is None or after.by_due:
        rows = _part(wanted, by_due=True, extra="AND c.next_due_at IS NOT NULL", after=after, limit=limit)
        after = None
    if len(rows) < limit:
        rest = limit - len(rows)
        rows += _part(wanted, by_due=False, extra="AND c.next_due_at IS NULL", after=after, limit=rest)
    return rows


def _part(wanted: Wanted, *, by_due: bool, extra: str, after: Place | None, limit: int) -> list[Place]:
    at, order, direction = _SOONEST if by_due else _NEWEST
    condition = CONDITIONS[wanted.view]
    if wanted.found is not None:
        condition = CONDITIONS["found"] if wanted.view == "all" else f"{condition} AND {CONDITIONS['found']}"
    if wanted.label is not None:
        condition = f"{condition} AND {_LABELED}"
    behind = f"AND ({at}, c.key) {direction} (%(after_at)s, %(after_key)s)" if after else ""
    by_view = wanted.view in _FEW or wanted.found is not None or wanted.label is not None
    template = _BY_VIEW if by_view else _BY_QUEUE
    statement = template.format(
        at=at,
        order=order,
        condition=condition,
        after=f"{extra} {behind}",
        merged=order.replace(at, "c.at"),
    )
    rows = statements.rows(statement, _values(wanted, after, limit))
    return [Place(key=key, at=found_at, by_due=by_due) for key, found_at in rows]


def _values(wanted: Wanted, after: Place | None, limit: int) -> dict[str, Any]:
    return {
        "me": wanted.me,
        "queues": list(wanted.queues),
        "now": wanted.now,
        "soon": wanted.now + DUE_WITHIN,
        "found": list(wanted.found or ()),
        "label": wanted.label,
        "after_at": after.at if after else None,
        "after_key": after.key if after else None,
        "limit": limit,
    }
