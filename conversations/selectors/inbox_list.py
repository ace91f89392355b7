"""The list of the inbox: one page of conversations, each with the reason why it is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from conversations.models import Queue
from conversations.previews import read_preview
from conversations.selectors.cursors import BadCursor, seal, unseal
from conversations.selectors.labels import LabelChip
from conversations.selectors.list_facts import Facts, facts_of
from conversations.selectors.list_keys import CONDITIONS, Place, Wanted, places
from conversations.selectors.queues import queues_of
from conversations.selectors.search import find
from engagement import statements
from engagement.realtime.presence import Present
from engagement.ui.names import initials
from engagement.village.models import User

__all__ = ["VIEWS", "BadCursor", "ListPage", "Row", "UnknownView", "Why", "page"]
PAGE = 50
VIEWS = ("mine", "unassigned", "all", "mentions", "late", "due", "snoozed", "resolved")  # and queue:<slug>


class UnknownView(LookupError):
    """There is no such view, or the person may not open that queue."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a conversation stands in the list.

    ``kind``: ``failed`` (an answer did not arrive), ``mention`` (of the reader, unseen), ``late`` and ``due`` (``at``:
    when the answer is due), ``snoozed`` (``at``: until when), ``resolved`` (``at``: since when), ``reopened`` (``at``:
    waiting since), ``robot`` (the newest message is automatic), ``waiting`` (``at``: since when the customer waits),
    ``answered`` (it is the customer's turn; ``at``: last activity).
    """

    kind: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation of the list, as one person sees it."""

    key: UUID
    channel_kind: str
    channel_name: str
    name: str  # the customer's name, else their address
    initials: str
    title: str
    preview: str
    preview_ours: bool
    status: str
    why: Why
    due_at: datetime | None
    last_activity_at: datetime
    assignee: User | None
    is_mine: bool
    queue: Queue
    unread: int  # received messages that this person has not seen, at most 99
    is_mentioned: bool
    has_failed: bool
    looking: list[Present]  # without the reader
    labels: list[LabelChip]


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page. ``next_cursor`` is empty on the last one; ``cut`` says that a search found more than it can show."""

    rows: list[Row]
    next_cursor: str
    view: str
    order: str
    cut: bool = False


def page(
    *,
    user: User,
    view: str = "mine",
    cursor: str = "",
    search: str = "",
    order: str = "newest",
    now: datetime,
    worked: Sequence[Queue] | None = None,
    label: UUID | None = None,
) -> ListPage:
    """Return a page of 50 rows of ``view`` (see VIEWS; ``queue:<slug>``), newest first or ``order="due"`` first.

    With ``search``: all that the person may see and that matches, newest first, whatever its state, if ``view`` is
    ``all``, else within the view. ``label``: only what has it. ``worked``: the queues
    that the person works, if they are known already.
    Raises UnknownView and BadCursor.
    """
    queues = {queue.pk: queue for queue in (queues_of(user) if worked is None else worked)}
    name, chosen = _chosen(view, queues)
    found = find(words=search, queues=chosen) if search.strip() else None
    wanted = Wanted(
        view=name,
        me=user.pk,
        queues=chosen,
        now=now,
        due_first=order == "due" and name in ("mine", "unassigned", "all", "queue") and found is None,
        found=found.keys if found else None,
        label=label,
    )
    name_of_list = f"{view}/{order}/{label or ''}"
    standing = places(wanted, after=_after(name_of_list, cursor), limit=PAGE + 1)
    shown = standing[:PAGE]
    return ListPage(
        rows=_rows([place.key for place in shown], user, queues, now),
        next_cursor=_cursor(name_of_list, shown[-1]) if len(standing) > PAGE else "",
        view=view,
        order=order,
        cut=found.cut if found else False,
    )


def _chosen(view: str, queues: dict[UUID, Queue]) -> tuple[str, list[UUID]]:
    """Return the kind of view and the queues that it shows. Raises UnknownView."""
    name, is_queue, slug = view.partition(":")
    if not is_queue and name in VIEWS:
        return name, list(queues)
    chosen = [queue.pk for queue in queues.values() if queue.slug == slug]
    if name != "queue" or not chosen or name not in CONDITIONS:
        raise UnknownView(view)
    return name, chosen


def _after(label: str, cursor: str) -> Place | None:
    values = unseal(label, cursor)
    if not values:
        return None
    at, key, by_due = values
    return Place(key=UUID(key), at=datetime.fromisoformat(at), by_due=by_due == "due")


def _cursor(label: str, last: Place) -> str:
    return seal(label, [last.at.isoformat(), str(last.key), "due" if last.by_due else ""])


# Values, not instances: a page of instances with all that they relate to costs more than all its queries.
_COLUMNS = (
    "key",
    "title",
    "preview",
    "preview_ours",
    "automatic",
    "status",
    "queue_id",
    "assignee_id",
    "waiting_since",
    "next_due_at",
    "snoozed_until",
    "resolved_at",
    "reopened_times",
    "last_activity_at",
)
_RELATED = {
    "person": "COALESCE(NULLIF(canonical.name, ''), NULLIF(profile.name, ''))",
    "channel_kind": "channel.kind",
    "channel_name": "channel.name",
    "endpoint_name": "endpoint.name",
    "endpoint_address": "endpoint.address",
}
_NAMES = (*_COLUMNS, *_RELATED)
_VALUES = f"""
SELECT {", ".join([*(f"c.{column}" for column in _COLUMNS), *_RELATED.values()])} FROM conversations_conversation c
JOIN profiles_profile profile ON profile.key = c.profile_id
LEFT JOIN profiles_profile canonical ON canonical.key = profile.canonical_id
JOIN engagement_channels_channel channel ON channel.key = c.channel_id
JOIN conversations_endpoint endpoint ON endpoint.key = c.endpoint_id
WHERE c.key = ANY(%(keys)s)
"""  # noqa: S608 - names only
_PEOPLE = "WHERE key = ANY(%(keys)s)"


def _rows(keys: Sequence[UUID], user: User, queues: dict[UUID, Queue], now: datetime) -> list[Row]:
    if not keys:
        return []
    rows = [dict(zip(_NAMES, row, strict=True)) for row in statements.rows(_VALUES, {"keys": list(keys)})]
    found = {row["key"]: row for row in rows if row["queue_id"] in queues}
    people = _people({row["assignee_id"] for row in found.values()} - {None})
    facts = facts_of(keys, user=user)
    return [_row(found[key], queues, people, facts, user, now) for key in keys if key in found]


def _people(keys: set[UUID]) -> dict[UUID, User]:
    return {one.pk: one for one in statements.select(User, _PEOPLE, {"keys": list(keys)})} if keys else {}


def _row(
    row: dict[str, Any],
    queues: dict[UUID, Queue],
    people: dict[UUID, User],
    facts: Facts,
    user: User,
    now: datetime,
) -> Row:
    key = row["key"]
    name = row["person"] or row["endpoint_name"] or row["endpoint_address"]
    return Row(
        key=key,
        channel_kind=row["channel_kind"],
        channel_name=row["channel_name"],
        name=name,
        initials=initials(name),
        title=row["title"],
        preview=read_preview(row["preview"]),
        preview_ours=row["preview_ours"],
        status=row["status"],
        why=_why(row, has_failed=key in facts.failed, is_mentioned=key in facts.mentioned, now=now),
        due_at=row["next_due_at"],
        last_activity_at=row["last_activity_at"],
        assignee=people.get(row["assignee_id"]),
        is_mine=row["assignee_id"] == user.pk,
        queue=queues[row["queue_id"]],
        unread=facts.unread.get(key, 0),
        is_mentioned=key in facts.mentioned,
        has_failed=key in facts.failed,
        looking=facts.looking.get(key, []),
        labels=facts.labels.get(key, []),
    )


def _why(row: dict[str, Any], *, has_failed: bool, is_mentioned: bool, now: datetime) -> Why:
    """What is most urgent comes first."""
    waiting, due = row["waiting_since"], row["next_due_at"]
    reasons = (
        (has_failed, "failed", None),
        (is_mentioned, "mention", None),
        (row["status"] == "snoozed", "snoozed", row["snoozed_until"]),
        (row["status"] == "resolved", "resolved", row["resolved_at"]),
        (due is not None and due <= now, "late", due),
        (bool(waiting and row["reopened_times"]), "reopened", waiting),
        (due is not None, "due", due),
        (waiting is not None, "waiting", waiting),
        (row["automatic"], "robot", None),
    )
    return next((Why(kind, at) for holds, kind, at in reasons if holds), Why("answered", row["last_activity_at"]))
