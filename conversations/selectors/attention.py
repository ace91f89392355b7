"""Needs attention: answers that did not arrive, what came in and could not be read. Nothing fails silently."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from conversations.models import Conversation, Message, Queue
from conversations.permissions import sees_attention as may_open
from conversations.selectors.cursors import seal, unseal
from engagement import statements
from engagement.channels.delivery.reasons import sentence
from engagement.channels.models import Channel, OptOutWish, RawEvent, Transmission
from engagement.village.models import User

__all__ = ["AttentionPage", "Item", "count", "may_open", "page"]
PAGE = 50
_SETTLE = "engagement_channels.settle_transmission"
_REPLAY = "engagement_channels.replay_rawevent"
_DECIDE = "engagement_channels.decide_optoutwish"
_LAST = UUID(int=2**128 - 1)
# Newest first by the time-ordered key. Sends that belong to no conversation are shown to whoever may settle; those of a
# campaign (a group) are its page's matter.
_KEYS = """
(SELECT 'send' AS kind, sent.key FROM engagement_channels_transmission sent
 LEFT JOIN conversations_message message ON message.key = sent.source_id AND sent.source = 'conversation'
 LEFT JOIN conversations_conversation c ON c.key = message.conversation_id
 WHERE sent.state IN ('failed', 'unknown', 'bounced') AND sent.settled_at IS NULL AND sent.group_id IS NULL
 AND sent.key < %(after)s
 AND CASE WHEN c.key IS NULL THEN %(settles)s ELSE c.queue_id = ANY(%(queues)s::uuid[]) END
 ORDER BY sent.key DESC LIMIT %(limit)s)
UNION ALL
(SELECT 'inbound', raw.key FROM engagement_channels_rawevent raw
 WHERE raw.status = 'failed' AND %(replays)s AND raw.key < %(after)s ORDER BY raw.key DESC LIMIT %(limit)s)
UNION ALL
(SELECT 'wish', wish.key FROM engagement_channels_optoutwish wish
 WHERE wish.honoured IS NULL AND %(decides)s AND wish.key < %(after)s ORDER BY wish.key DESC LIMIT %(limit)s)
ORDER BY key DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that failed, or must be judged. ``kind`` is ``send`` (``key`` a Transmission's), ``inbound`` (a
    RawEvent's) or ``wish`` (an OptOutWish's).

    ``state`` is the transmission's state (failed, unknown, bounced), or ``failed``. ``can_retry`` and ``can_settle``
    say what this person may do.
    """

    kind: str
    key: UUID
    at: datetime
    channel: Channel
    state: str
    reason: str
    title: str
    to: list[str]
    conversation: Conversation | None
    message: Message | None
    can_retry: bool
    can_settle: bool


@dataclass(frozen=True, slots=True)
class AttentionPage:
    """Items newest first; ``next_cursor`` is empty on the last page."""

    items: list[Item]
    next_cursor: str


def page(*, user: User, cursor: str = "") -> AttentionPage:
    """Return failed sends of conversations that the person may open and, with ``replay_rawevent``, failed inbound.

    Raises BadCursor.
    """
    after = next(iter(unseal("attention", cursor)), str(_LAST))
    queues = list(Queue.objects.worked_by(user).values_list("pk", flat=True))
    found = _keys(user, queues, after=UUID(after), limit=PAGE + 1)
    shown = found[:PAGE]
    items = _sends([key for kind, key in shown if kind == "send"], user)
    items |= _inbound([key for kind, key in shown if kind == "inbound"], user)
    items |= _wishes([key for kind, key in shown if kind == "wish"], user)
    return AttentionPage(
        items=[items[key] for _kind, key in shown if key in items],
        next_cursor=seal("attention", [str(shown[-1][1])]) if len(found) > PAGE else "",
    )


def count(*, user: User, queues: Sequence[UUID], most: int = 1000) -> int:
    """Return how many items the person has, counted up to ``most``."""
    return len(_keys(user, queues, after=_LAST, limit=most))


def _keys(user: User, queues: Sequence[UUID], *, after: UUID, limit: int) -> list[tuple[str, UUID]]:
    values: dict[str, Any] = {
        "after": after,
        "queues": list(queues),
        "settles": user.has_perm(_SETTLE),
        "replays": user.has_perm(_REPLAY),
        "decides": user.has_perm(_DECIDE),
        "limit": limit,
    }
    return [(kind, key) for kind, key in statements.rows(_KEYS, values)]


def _sends(keys: list[UUID], user: User) -> dict[UUID, Item]:
    rows = Transmission.objects.filter(key__in=keys).select_related("channel")
    messages = Message.objects.filter(pk__in=[row.source_id for row in rows]).defer("search")
    by_key = {message.pk: message for message in messages.select_related("conversation", "author")}
    may = user.has_perm(_SETTLE)
    return {row.key: _send(row, by_key.get(row.source_id), may) for row in rows}


def _send(row: Transmission, message: Message | None, may: bool) -> Item:
    return Item(
        kind="send",
        key=row.key,
        at=row.state_at,
        channel=row.channel,
        state=row.state,
        reason=_why_unsent(row),
        title=message.conversation.title if message else "",
        to=[one["address"] for one in row.recipients],
        conversation=message.conversation if message else None,
        message=message,
        can_retry=may,
        can_settle=may,
    )


def _why_unsent(row: Transmission) -> str:
    """Return our sentence, then the mail server's own words; a message that came back has only those."""
    ours = "" if row.state == Transmission.State.BOUNCED else sentence(row.error_code)
    return f"{ours} {row.error}".strip()


def _inbound(keys: list[UUID], user: User) -> dict[UUID, Item]:
    may = user.has_perm(_REPLAY)
    rows = RawEvent.objects.filter(key__in=keys).select_related("channel").defer("body")
    return {
        row.key: Item(
            kind="inbound",
            key=row.key,
            at=row.received_at,
            channel=row.channel,
            state=row.status,
            reason=_(row.error),
            title=str(row.envelope.get("mail_from") or ""),
            to=[str(one) for one in row.envelope.get("rcpt_to", [])],
            conversation=None,
            message=None,
            can_retry=may,
            can_settle=may,
        )
        for row in rows
    }


def _wishes(keys: list[UUID], user: User) -> dict[UUID, Item]:
    if not keys:
        return {}
    rows = list(OptOutWish.objects.filter(key__in=keys).select_related("channel"))
    visible = Conversation.objects.visible_to(user).order_by().values("pk")
    said = Message.objects.filter(raw_event_key__in=[row.raw_event_key for row in rows], conversation__in=visible)
    by_event = {message.raw_event_key: message for message in said.defer("search").select_related("conversation")}
    return {row.key: _wish(row, by_event.get(row.raw_event_key)) for row in rows}


def _wish(row: OptOutWish, message: Message | None) -> Item:
    return Item(
        kind="wish",
        key=row.key,
        at=row.at,
        channel=row.channel,
        state="wish",
        reason=row.text,
        title=row.address,
        to=[row.channel.address],
        conversation=message.conversation if message else None,
        message=message,
        can_retry=False,
        can_settle=False,
    )
