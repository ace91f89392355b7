"""Delivery problems: replies that did not arrive, and what came in and was not understood or is a machine's.

Nothing fails silently.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.models import Conversation, Message, Queue
from conversations.selectors.cursors import seal, unseal
from engagement import statements
from engagement.channels.delivery.reasons import sentence
from engagement.channels.inbound.put_into_inbox import may_be_put
from engagement.channels.models import Channel, OptOutWish, RawEvent, Transmission
from engagement.disk_space import disk_spaces
from engagement.village.models import User

__all__ = [
    *("KINDS", "PERIODS", "AttentionPage", "Filter", "Item", "count", "filter_of", "keys_of", "may_open", "page"),
    *("visible_raw_events", "visible_wishes"),
]
PAGE = 50
MAX_HELD = 1_000
_SETTLE = "engagement_channels.settle_transmission"
_REPLAY = "engagement_channels.replay_rawevent"
_DECIDE = "engagement_channels.decide_optoutwish"
_READ = "engagement_channels.view_rawevent"
_OPERATE = "engagement_channels.operate_channel"
_LAST = UUID(int=2**128 - 1)
# Whether what came in may be seen: by the conversation that it became, or that it reports about, else by its channel.
_REPORTED = """engagement_channels_transmission t JOIN conversations_message m ON m.key = t.source_id
 WHERE t.source = 'conversation' AND t.key = CASE WHEN raw.facts->>'transmission' ~ '^[0-9a-f-]{36}$'
 THEN (raw.facts->>'transmission')::uuid END"""
_OWN = (
    "SELECT FROM conversations_conversation c WHERE c.key = m.conversation_id AND c.queue_id = ANY(%(queues)s::uuid[])"
)


def _seen(key: str, channel: str) -> str:
    """The condition for a row ``raw``; ``key`` is the delivery of which messages were made."""
    return f"""CASE
 WHEN EXISTS (SELECT FROM conversations_message m WHERE m.raw_event_key = {key})
   THEN EXISTS (SELECT FROM conversations_message m WHERE m.raw_event_key = {key} AND EXISTS ({_OWN}))
 WHEN EXISTS (SELECT FROM {_REPORTED}) THEN EXISTS (SELECT FROM {_REPORTED} AND EXISTS ({_OWN}))
 ELSE {channel} = ANY(%(channels)s::uuid[]) END"""  # noqa: S608 - of constants only


_SEEN = _seen("coalesce(raw.twin, raw.key)", "raw.channel_id")
_SEEN_WISH = _seen("wish.raw_event_key", "wish.channel_id")
# Newest first by the time-ordered key. Sends that belong to no conversation are shown by their channel to whoever may
# settle; those of a campaign (a group) are its page's matter.
_KEYS = f"""
(SELECT 'send' AS kind, sent.key FROM engagement_channels_transmission sent
 LEFT JOIN conversations_message message ON message.key = sent.source_id AND sent.source = 'conversation'
 LEFT JOIN conversations_conversation c ON c.key = message.conversation_id
 WHERE sent.state IN ('failed', 'unknown', 'bounced') AND sent.settled_at IS NULL AND sent.group_id IS NULL
 AND sent.key < %(after)s AND sent.key > %(since)s AND sent.state = ANY(%(states)s::text[])
 AND (%(channel)s::uuid IS NULL OR sent.channel_id = %(channel)s::uuid)
 AND (%(only)s::uuid[] IS NULL OR sent.key = ANY(%(only)s::uuid[]))
 AND CASE WHEN c.key IS NULL THEN %(settles)s AND sent.channel_id = ANY(%(channels)s::uuid[])
 ELSE c.queue_id = ANY(%(queues)s::uuid[]) END
 ORDER BY sent.key DESC LIMIT %(limit)s)
UNION ALL
(SELECT 'inbound', raw.key FROM engagement_channels_rawevent raw
 WHERE raw.status = 'failed' AND %(replays)s AND raw.key < %(after)s AND raw.key > %(since)s
 AND CASE WHEN raw.kind = ANY(%(report_kinds)s::text[]) THEN %(reports)s ELSE %(unreadable)s END
 AND (%(channel)s::uuid IS NULL OR raw.channel_id = %(channel)s::uuid)
 AND (%(only)s::uuid[] IS NULL OR raw.key = ANY(%(only)s::uuid[])) AND {_SEEN}
 ORDER BY raw.key DESC LIMIT %(limit)s)
UNION ALL
(SELECT 'inbound', raw.key FROM engagement_channels_rawevent raw
 WHERE raw.status IN ('robot', 'duplicate') AND raw.status = %(recognized)s AND %(replays)s
 AND raw.key < %(after)s AND raw.key > %(since)s
 AND (%(channel)s::uuid IS NULL OR raw.channel_id = %(channel)s::uuid)
 AND (%(only)s::uuid[] IS NULL OR raw.key = ANY(%(only)s::uuid[])) AND {_SEEN}
 ORDER BY raw.key DESC LIMIT %(limit)s)
UNION ALL
(SELECT 'wish', wish.key FROM engagement_channels_optoutwish wish
 LEFT JOIN engagement_channels_rawevent raw ON raw.key = wish.raw_event_key
 WHERE wish.honoured IS NULL AND %(decides)s AND %(wishes)s AND wish.key < %(after)s AND wish.key > %(since)s
 AND (%(channel)s::uuid IS NULL OR wish.channel_id = %(channel)s::uuid)
 AND (%(only)s::uuid[] IS NULL OR wish.key = ANY(%(only)s::uuid[])) AND {_SEEN_WISH}
 ORDER BY wish.key DESC LIMIT %(limit)s)
ORDER BY key DESC LIMIT %(limit)s
"""  # noqa: S608 - a constant
_REPORT_KINDS = ["bounce", "delivery-delay", "feedback-report", "unclear"]
_STATES = {"": ["failed", "unknown", "bounced"], "unsent": ["failed", "unknown"], "bounced": ["bounced"]}
# By which kinds the page can be narrowed, in the order of its menu.
KINDS = {
    "": gettext_lazy("All open problems"),
    "unsent": gettext_lazy("Not sent"),
    "bounced": gettext_lazy("Bounced"),
    "report": gettext_lazy("Reports without a message"),
    "unreadable": gettext_lazy("Could not be read"),
    "optout": gettext_lazy("Opt-out requests"),
    "automatic": gettext_lazy("Recognized automatically"),
    "duplicate": gettext_lazy("Duplicates"),
}
PERIODS = {
    "": gettext_lazy("Any time"),
    "1": gettext_lazy("Last 24 hours"),
    "7": gettext_lazy("Last 7 days"),
    "30": gettext_lazy("Last 30 days"),
}
_RECOGNIZED = {"automatic": "robot", "duplicate": "duplicate"}


@dataclass(frozen=True, slots=True)
class Filter:
    """What the page is narrowed to: one of KINDS, a channel, one of PERIODS (days)."""

    kind: str = ""
    channel: UUID | None = None
    days: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it shows what waits for a person, rather than what was dealt with automatically."""
        return self.kind not in _RECOGNIZED

    @property
    def query(self) -> str:
        """As a part of an address."""
        kept = {"kind": self.kind, "channel": str(self.channel or ""), "days": self.days}
        return urlencode({name: value for name, value in kept.items() if value})


def filter_of(given: Mapping[str, str]) -> Filter:
    """Read a filter from an address or a form; what is unknown in it narrows nothing."""
    kind, days = given.get("kind", ""), given.get("days", "")
    try:
        channel = UUID(given.get("channel", ""))
    except ValueError:
        channel = None
    return Filter(kind if kind in KINDS else "", channel, days if days in PERIODS else "")


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
    facts: dict[str, str] = field(default_factory=dict)
    can_put: bool = False
    raw_kind: str = ""
    twin: UUID | None = None

    @property
    def reference(self) -> str:
        """By which a form names it."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class AttentionPage:
    """Items newest first; ``next_cursor`` is empty on the last page."""

    items: list[Item]
    next_cursor: str


def page(*, user: User, cursor: str = "", narrowed: Filter | None = None) -> AttentionPage:
    """Return failed sends of conversations that the person may open and, with ``replay_rawevent``, failed inbound.

    Raises BadCursor.
    """
    after = next(iter(unseal("attention", cursor)), str(_LAST))
    queues = list(Queue.objects.worked_by(user).values_list("pk", flat=True))
    found = _keys(user, queues, after=UUID(after), limit=PAGE + 1, narrowed=narrowed)
    shown = found[:PAGE]
    items = _sends([key for kind, key in shown if kind == "send"], user)
    items |= _inbound([key for kind, key in shown if kind == "inbound"], user)
    items |= _wishes([key for kind, key in shown if kind == "wish"], user)
    return AttentionPage(
        items=[items[key] for _kind, key in shown if key in items],
        next_cursor=seal("attention", [str(shown[-1][1])]) if len(found) > PAGE else "",
    )


@dataclass(frozen=True, slots=True)
class Storage:
    """What holds mail up for everybody: a disk without room, and deliveries that could not be read for it or the like.

    ``waiting`` of them wait, ``reason`` is what the last try said.
    """

    free_bytes: int | None
    waiting: int
    reason: str


def storage() -> Storage | None:
    """Return what holds mail up; None while nothing does."""
    low = [space.free for space in disk_spaces() if space.is_low]
    held = RawEvent.objects.filter(status=RawEvent.Status.RECEIVED, attempts__gt=0).exclude(error="")
    reasons = list(held.order_by("-key").values_list("error", flat=True)[:MAX_HELD])
    if not low and not reasons:
        return None
    return Storage(min(low, default=None), len(reasons), reasons[0] if reasons else "")


def count(*, user: User, queues: Sequence[UUID], most: int = 1000) -> int:
    """Return how many items the person has, counted up to ``most``."""
    return len(_keys(user, queues, after=_LAST, limit=most))


def keys_of(*, user: User, narrowed: Filter, only: Sequence[UUID] | None = None, limit: int) -> list[tuple[str, UUID]]:
    """Return the kinds and keys of what the person has under a filter, or which of ``only`` they have under it."""
    queues = list(Queue.objects.worked_by(user).values_list("pk", flat=True))
    return _keys(user, queues, after=_LAST, limit=limit, narrowed=narrowed, only=only)


def _keys(
    user: User,
    queues: Sequence[UUID],
    *,
    after: UUID,
    limit: int,
    narrowed: Filter | None = None,
    only: Sequence[UUID] | None = None,
) -> list[tuple[str, UUID]]:
    by = narrowed or Filter()
    values: dict[str, Any] = {
        "after": after,
        "since": _oldest_key(by.days),
        "queues": list(queues),
        "channels": _channels_of(user, queues),
        "settles": user.has_perm(_SETTLE),
        "replays": user.has_perm(_REPLAY),
        "decides": user.has_perm(_DECIDE),
        "limit": limit,
        "states": _STATES.get(by.kind, []),
        "report_kinds": _REPORT_KINDS,
        "reports": by.kind in ("", "report"),
        "unreadable": by.kind in ("", "unreadable"),
        "wishes": by.kind in ("", "optout"),
        "recognized": _RECOGNIZED.get(by.kind, ""),
        "channel": by.channel,
        "only": list(only) if only is not None else None,
    }
    return [(kind, key) for kind, key in statements.rows(_KEYS, values)]


def _channels_of(user: User, queues: Sequence[UUID]) -> list[UUID]:
    """The channels whose problems a person sees where no conversation says whose they are: those that lead into their
    queues, those that lead into none when theirs is the default one, and all for whoever operates channels.
    """
    if user.has_perm(_OPERATE):
        return list(Channel.objects.order_by().values_list("pk", flat=True))
    leads_here = Q(queues__in=queues)
    if Queue.objects.filter(pk__in=queues, is_default=True).exists() or not Queue.objects.exists():
        leads_here |= Q(queues=None)
    return list(Channel.objects.filter(leads_here).order_by().values_list("pk", flat=True).distinct())


def visible_raw_events(user: User, *, pk: UUID) -> QuerySet[RawEvent]:
    """Return one thing that came in, if the person may see it."""
    return RawEvent.objects.filter(pk__in=_visible(_VISIBLE_RAW, user, pk))


def visible_wishes(user: User, *, pk: UUID) -> QuerySet[OptOutWish]:
    """Return one text that sounds like an opt-out, if the person may see it."""
    return OptOutWish.objects.filter(pk__in=_visible(_VISIBLE_WISH, user, pk))


_VISIBLE_RAW = f"SELECT raw.key FROM engagement_channels_rawevent raw WHERE raw.key = %(key)s AND {_SEEN}"  # noqa: S608
_VISIBLE_WISH = f"""SELECT wish.key FROM engagement_channels_optoutwish wish
 LEFT JOIN engagement_channels_rawevent raw ON raw.key = wish.raw_event_key
 WHERE wish.key = %(key)s AND {_SEEN_WISH}
"""  # noqa: S608 - a constant


def _visible(statement: str, user: User, key: UUID) -> list[UUID]:
    queues = list(Queue.objects.worked_by(user).values_list("pk", flat=True))
    values = {"key": key, "queues": queues, "channels": _channels_of(user, queues)}
    return [row[0] for row in statements.rows(statement, values)]


def _oldest_key(days: str) -> UUID:
    """The smallest key of a period: keys begin with the milliseconds of their time (RFC 9562)."""
    if not days:
        return UUID(int=0)
    since = timezone.now() - timedelta(days=int(days))
    return UUID(int=int(since.timestamp() * 1000) << 80)


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
    if not keys:
        return {}
    may, may_read = user.has_perm(_REPLAY), user.has_perm(_READ)
    rows = list(RawEvent.objects.filter(key__in=keys).select_related("channel").defer("body"))
    messages = _messages_about(rows, user)
    return {row.key: _raw(row, messages.get(str(row.facts.get("transmission", ""))), may, may_read) for row in rows}


def _raw(row: RawEvent, message: Message | None, may: bool, may_read: bool) -> Item:
    """Subject and addresses are a customer's words: only for those who may read what customers write."""
    sender, facts = str(row.envelope.get("mail_from") or ""), row.facts if may_read else {}
    failed = row.status == RawEvent.Status.FAILED
    return Item(
        kind="inbound",
        key=row.key,
        at=row.received_at,
        channel=row.channel,
        state=row.status,
        reason=_(row.error) if row.error else "",
        title=str(facts.get("subject") or sender) if may_read else "",
        to=[str(one) for one in row.envelope.get("rcpt_to", [])],
        conversation=message.conversation if message else None,
        message=message,
        can_retry=may and failed,
        can_settle=may and failed,
        facts={"sender": sender, **facts} if may_read else {},
        can_put=may and may_be_put(row),
        raw_kind=row.kind,
        twin=row.twin,
    )


def _messages_about(rows: Sequence[RawEvent], user: User) -> dict[str, Message]:
    """The answers of ours that reports are about, in conversations that the person may open, by transmission."""
    named = [str(row.facts["transmission"]) for row in rows if row.facts.get("transmission")]
    if not named:
        return {}
    visible = Conversation.objects.visible_to(user).order_by().values("pk")
    found = Message.objects.filter(transmission_id__in=named, conversation__in=visible)
    return {str(one.transmission_id): one for one in found.defer("search").select_related("conversation")}


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
