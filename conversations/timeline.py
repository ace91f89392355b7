"""What customers and we said to one another, and the notes on it, as the timeline of a person shows them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.models import Message
from conversations.selectors.queues import queues_of
from conversations.selectors.search import query_of
from engagement.profiles import timeline
from engagement.profiles.timeline import AMONG_US, SAID_TO_US, WE_SAID, Asked, Moment, Tally
from engagement.statements import run
from engagement.village.models.people import in_language

NAME = "conversations"
Kind = Message.Kind
_KIND_OF = {SAID_TO_US: Kind.RECEIVED.value, WE_SAID: Kind.REPLY.value, AMONG_US: Kind.NOTE.value}
_DIRECTION_OF = {kind: direction for direction, kind in _KIND_OF.items()}
_TONE_OF = {Kind.RECEIVED.value: "theirs", Kind.REPLY.value: "ours", Kind.NOTE.value: "note"}
_FAILED = ("failed", "unknown", "bounced")
_SHOWN = 400
_ADDRESS_AT_END = re.compile(r" https?://\S+$")

# Messages stand under conversations, so the newest are found in two steps. ``probe`` reads those conversations that
# were active last before the place: the oldest message of a page of theirs is a bound, and the true page has none
# that is older. No message is newer than its conversation's last activity, so only conversations that were active
# since the bound can have one of the page. Each is read by the index on (conversation, time, key), newest first.
_NEWEST = """
WITH theirs AS (
    SELECT c.key, c.last_activity_at, c.title, c.channel_id, queue.department_id
    FROM conversations_conversation c JOIN conversations_queue queue ON queue.key = c.queue_id
    WHERE c.profile_id = ANY(%(profiles)s) AND c.queue_id = ANY(%(queues)s){of_channel}
), probe AS (
    SELECT key, department_id FROM theirs t
    ORDER BY (t.last_activity_at < %(at)s) DESC, t.last_activity_at DESC LIMIT %(most)s
), seen AS (
    SELECT m.created_at FROM probe t CROSS JOIN LATERAL ({messages}) m ORDER BY m.created_at DESC LIMIT %(most)s
), bound AS (
    SELECT CASE WHEN count(*) < %(most)s THEN '-infinity' ELSE min(created_at) END AS since FROM seen
), page AS (
    SELECT t.title, t.channel_id, t.department_id, m.key
    FROM theirs t CROSS JOIN LATERAL ({messages}) m
    WHERE t.last_activity_at >= (SELECT since FROM bound)
    ORDER BY m.created_at DESC, m.key DESC LIMIT %(most)s
)
SELECT m.key, m.created_at, m.kind, m.conversation_id, left(m.text, {shown}), m.auto, m.delivery_state, page.title,
    channel.kind, author.name, m.sender_name, department.name, department.name_pt
FROM page
JOIN conversations_message m ON m.key = page.key
JOIN engagement_channels_channel channel ON channel.key = page.channel_id
LEFT JOIN village_user author ON author.key = m.author_id
LEFT JOIN village_department department ON department.key = coalesce(m.department_id, page.department_id)
ORDER BY m.created_at DESC, m.key DESC
"""
_MESSAGES = """
    SELECT message.key, message.created_at FROM conversations_message message
    WHERE message.conversation_id = t.key AND message.kind <> 'event'
      AND (message.created_at, message.key) < (%(at)s, %(key)s){of_kind}{of_department}{of_words}
    ORDER BY message.created_at DESC, message.key DESC LIMIT %(most)s
"""
_OF_CHANNEL = "\n      AND c.channel_id IN (SELECT key FROM engagement_channels_channel WHERE kind = %(channel)s)"
_OF_KIND = " AND message.kind = %(kind)s"
_OF_DEPARTMENT = "\n      AND coalesce(message.department_id, t.department_id) = %(department)s"
_OF_WORDS = " AND message.search @@ %(query)s::tsquery"
_COUNTED = """
SELECT message.kind, channel.kind, coalesce(message.department_id, queue.department_id), count(*)
FROM conversations_conversation c
JOIN conversations_queue queue ON queue.key = c.queue_id
JOIN engagement_channels_channel channel ON channel.key = c.channel_id
JOIN conversations_message message ON message.conversation_id = c.key AND message.kind <> 'event'{of_words}
WHERE c.profile_id = ANY(%(profiles)s) AND c.queue_id = ANY(%(queues)s)
GROUP BY 1, 2, 3
"""
_LAST = UUID(int=2**128 - 1)


class Row(NamedTuple):
    """One message with what its moment says."""

    key: UUID
    at: datetime
    kind: str
    conversation: UUID
    text: str
    auto: str
    delivery_state: str
    subject: str
    channel: str
    author: str | None
    sender: str
    department: str | None
    department_pt: str | None


def read(asked: Asked) -> list[Moment]:
    """Return the newest messages, answers and notes in the queues that the reader works on. Two queries."""
    if (asked.direction and asked.direction not in _KIND_OF) or asked.purpose not in ("", "conversation"):
        return []
    queues = [queue.pk for queue in queues_of(asked.reader)]
    if not queues:
        return []
    links = _Links()
    return [_moment(Row(*row), links) for row in run(*statement_for(asked, queues))]


class _Links:
    """Addresses of conversations: asked of the URL map once, not fifty times a page."""

    def __init__(self) -> None:
        sample = str(_LAST)
        self.before, _sample, self.behind = reverse("conversations:conversation", args=[sample]).partition(sample)

    def to(self, conversation: UUID) -> str:
        """The page of one."""
        return f"{self.before}{conversation}{self.behind}"


def statement_for(asked: Asked, queues: Sequence[UUID]) -> tuple[str, dict[str, Any]]:
    """Return the one statement that reads a page, and its values; its text depends only on which filters are set."""
    messages = _MESSAGES.format(
        of_kind=_OF_KIND if asked.direction else "",
        of_department=_OF_DEPARTMENT if asked.department else "",
        of_words=_OF_WORDS if asked.words else "",
    )
    statement = _NEWEST.format(of_channel=_OF_CHANNEL if asked.channel else "", messages=messages, shown=_SHOWN)
    return statement, {
        "profiles": list(asked.profiles),
        "queues": list(queues),
        "at": asked.before.at if asked.before else datetime.max.replace(tzinfo=UTC),
        "key": asked.before.key if asked.before else _LAST,
        "most": asked.limit,
        "kind": _KIND_OF.get(asked.direction, ""),
        "channel": asked.channel,
        "department": asked.department,
        "query": query_of(asked.words) if asked.words else "",
    }


def count(asked: Asked) -> list[Tally]:
    """Return how many messages, answers and notes there are, by kind of channel and department. Two queries."""
    queues = [queue.pk for queue in queues_of(asked.reader)]
    values: dict[str, Any] = {"profiles": list(asked.profiles), "queues": queues}
    if asked.words:
        values["query"] = query_of(asked.words)
    found = run(_COUNTED.format(of_words=_OF_WORDS if asked.words else ""), values) if queues else []
    return [
        Tally(number, _DIRECTION_OF[kind], channel, "conversation", frozenset({department} if department else ()))
        for kind, channel, department, number in found
    ]


def _moment(row: Row, links: _Links) -> Moment:
    return Moment(
        key=row.key,
        at=row.at,
        source=NAME,
        title=_title(row),
        direction=_DIRECTION_OF[row.kind],
        text=_excerpt(row),
        url=links.to(row.conversation),
        icon="lock" if row.kind == Kind.NOTE else "message-square-text",
        tone="automatic" if row.auto else _TONE_OF[row.kind],
        channel="" if row.kind == Kind.NOTE else row.channel,
        department=in_language(row.department, row.department_pt or row.department) if row.department else "",
        person=row.author or "",
        purpose="conversation",
        badges=_badges(row),
    )


def _excerpt(row: Row) -> str:
    """What was said, in one line. A post was passed on with the address of its page, which is no part of it."""
    text = " ".join(row.text.split()) or row.subject
    return _ADDRESS_AT_END.sub("", text) if row.channel == "community" else text


def _title(row: Row) -> str:
    who = row.author or _("Somebody of us")
    if row.kind == Kind.NOTE:
        return _("%(name)s left a note") % {"name": who}
    if row.kind == Kind.REPLY:
        return _("%(name)s answered") % {"name": who}
    return f"“{row.subject}”" if row.subject else _("Wrote to us")


def _badges(row: Row) -> list[tuple[str, str]]:
    if row.delivery_state in _FAILED:
        return [(_("did not arrive for certain"), "tile")]
    return [(_("automatic"), "river")] if row.auto else []


SOURCE = timeline.Source(
    name=NAME,
    label=gettext_lazy("Conversations"),
    read=read,
    directions=frozenset({SAID_TO_US, WE_SAID, AMONG_US}),
    tally=count,
    permission="conversations.view_conversation",
    scope="conversations:read",
    is_rich=True,
)
