"""The list of the inbox: one page of conversations, each with the reason why it is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from conversations.models import Conversation, Queue
from conversations.selectors.cursors import BadCursor, seal, unseal
from conversations.selectors.list_facts import Facts, facts_of
from conversations.selectors.list_keys import CONDITIONS, Place, Wanted, places
from conversations.selectors.search import find
from engagement.realtime.presence import Present
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


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page. ``next_cursor`` is empty on the last one; ``cut`` says that a search found more than it can show."""

    rows: list[Row]
    next_cursor: str
    view: str
    order: str
    cut: bool = False


def page(
    *, user: User, view: str = "mine", cursor: str = "", search: str = "", order: str = "newest", now: datetime
) -> ListPage:
    """Return a page of 50 rows of ``view`` (see VIEWS; ``queue:<slug>``), newest first or ``order="due"`` first.

    With ``search``: all that the person may see and that matches, newest first, whatever its state, if ``view`` is
    ``all``, else within the view. Raises UnknownView and BadCursor.
    """
    queues = {queue.pk: queue for queue in Queue.objects.worked_by(user)}
    name, chosen = _chosen(view, queues)
    found = find(words=search, queues=chosen) if search.strip() else None
    wanted = Wanted(
        view=name,
        me=user.pk,
        queues=chosen,
        now=now,
        due_first=order == "due" and name in ("mine", "unassigned", "all", "queue") and found is None,
        found=found.keys if found else None,
    )
    label = f"{view}/{order}"
    standing = places(wanted, after=_after(label, cursor), limit=PAGE + 1)
    shown = standing[:PAGE]
    return ListPage(
        rows=_rows([place.key for place in shown], user, queues, now),
        next_cursor=_cursor(label, shown[-1]) if len(standing) > PAGE else "",
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


def _rows(keys: Sequence[UUID], user: User, queues: dict[UUID, Queue], now: datetime) -> list[Row]:
    related = ("channel", "endpoint", "profile__canonical", "assignee")
    found = Conversation.objects.filter(pk__in=keys).select_related(*related).in_bulk()
    facts = facts_of(keys, user=user)
    return [
        _row(found[key], queues[found[key].queue_id], facts, user, now)
        for key in keys
        if key in found and found[key].queue_id in queues
    ]


def _row(conversation: Conversation, queue: Queue, facts: Facts, user: User, now: datetime) -> Row:
    profile = conversation.profile.canonical or conversation.profile
    key = conversation.pk
    return Row(
        key=key,
        channel_kind=conversation.channel.kind,
        channel_name=conversation.channel.name,
        name=profile.name or conversation.endpoint.name or conversation.endpoint.address,
        initials=profile.initials,
        title=conversation.title,
        preview=conversation.preview,
        preview_ours=conversation.preview_ours,
        status=conversation.status,
        why=_why(conversation, has_failed=key in facts.failed, is_mentioned=key in facts.mentioned, now=now),
        due_at=conversation.next_due_at,
        last_activity_at=conversation.last_activity_at,
        assignee=conversation.assignee,
        is_mine=conversation.assignee_id == user.pk,
        queue=queue,
        unread=facts.unread.get(key, 0),
        is_mentioned=key in facts.mentioned,
        has_failed=key in facts.failed,
        looking=facts.looking.get(key, []),
    )


def _why(conversation: Conversation, *, has_failed: bool, is_mentioned: bool, now: datetime) -> Why:
    """What is most urgent comes first."""
    waiting = conversation.waiting_since
    reasons = (
        (has_failed, "failed", None),
        (is_mentioned, "mention", None),
        (conversation.status == "snoozed", "snoozed", conversation.snoozed_until),
        (conversation.status == "resolved", "resolved", conversation.resolved_at),
        (conversation.is_late(now), "late", conversation.next_due_at),
        (bool(waiting and conversation.reopened_times), "reopened", waiting),
        (bool(conversation.next_due_at), "due", conversation.next_due_at),
        (waiting is not None, "waiting", waiting),
        (conversation.automatic, "robot", None),
    )
    return next((Why(kind, at) for holds, kind, at in reasons if holds), Why("answered", conversation.last_activity_at))
