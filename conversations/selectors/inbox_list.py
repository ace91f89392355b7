"""The list of the inbox: one page of conversations, each with the reason why it is there."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from conversations.models import Conversation, Queue
from engagement.realtime.presence import Present
from engagement.village.models import User

PAGE = 50
VIEWS = ("mine", "unassigned", "all", "mentions", "late", "due", "snoozed", "resolved")  # and queue:<slug>


class UnknownView(LookupError):
    """There is no such view, or the person may not open that queue."""


class BadCursor(ValueError):
    """The cursor is not one that this server gave out."""


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
    looking: list[Present] = field(default_factory=list)  # without the reader


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
) -> ListPage:
    """Return a page of 50 rows of ``view`` (see VIEWS; ``queue:<slug>``), newest first or ``order="due"`` first.

    With ``search``: all that the person may see and that matches, newest first, whatever its state, if ``view`` is
    ``all``, else within the view. Raises UnknownView and BadCursor.
    """
    found = Conversation.objects.visible_to(user).select_related(
        "channel", "endpoint", "profile", "queue", "assignee"
    )
    return ListPage(
        rows=[
            Row(
                key=c.pk,
                channel_kind=c.channel.kind,
                channel_name=c.channel.name,
                name=c.profile.name or c.endpoint.name or c.endpoint.address,
                initials=c.profile.initials,
                title=c.title,
                preview=c.preview,
                preview_ours=c.preview_ours,
                status=c.status,
                why=Why("waiting", c.waiting_since),
                due_at=c.next_due_at,
                last_activity_at=c.last_activity_at,
                assignee=c.assignee,
                is_mine=c.assignee_id == user.pk,
                queue=c.queue,
                unread=0,
                is_mentioned=False,
                has_failed=False,
            )
            for c in found.order_by("-last_activity_at", "-key")[:PAGE]
        ],
        next_cursor="",
        view=view,
        order=order,
    )
