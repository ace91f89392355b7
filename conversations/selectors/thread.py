"""The thread: the newest entries of one conversation, and older ones on request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model

from conversations.actions.recipients import everyone
from conversations.models import Conversation, Draft, Message, MessageAttachment, ReadMark
from engagement import statements
from engagement.channels.actions.transmit import Recipient
from engagement.channels.models import Attachment, Transmission
from engagement.village.models import User

M = TypeVar("M", bound=Model)
A = TypeVar("A", Message, Draft)
PAGE = 50
_OF = "WHERE conversation_id = %(conversation)s"
_MARK = f"{_OF} AND person_id = %(person)s"
_KEYS = "WHERE key = ANY(%(keys)s)"
_LINKS = "WHERE message_id = ANY(%(messages)s) ORDER BY position, id"
_NEWEST = f"{_OF} ORDER BY seq DESC LIMIT %(most)s"
_BEFORE = f"{_OF} AND seq < %(before)s ORDER BY seq DESC LIMIT %(most)s"
_AFTER = f"{_OF} AND seq > %(after)s ORDER BY seq LIMIT %(most)s"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry with its files. ``begins_unread``: the line "new" stands above it for this reader."""

    message: Message
    files: list[Attachment]
    begins_unread: bool
    transmission: Transmission | None  # of an answer; its ``not_before`` ends the time to undo

    def can_undo(self, now: datetime) -> bool:
        """The answer still waits here, so its author's undo will most likely succeed."""
        sent = self.transmission
        return sent is not None and sent.state == Transmission.State.QUEUED and sent.not_before > now

    @property
    def can_retry(self) -> bool:
        """The answer was not sent, came back, or nobody can tell, and nobody has settled that."""
        sent = self.transmission
        return sent is not None and sent.settled_at is None and sent.state in FAILED_STATES


FAILED_STATES = (Transmission.State.FAILED, Transmission.State.UNKNOWN, Transmission.State.BOUNCED)


@dataclass(frozen=True)
class ThreadPage:
    """Entries oldest first. ``before_seq`` asks for the page before this one; None: this is the beginning.

    Drafts and recipients are read when somebody asks for them: the entries are shown without them too.
    """

    conversation: Conversation
    reader: User
    entries: list[Entry]
    before_seq: int | None
    newest_seq: int
    read_seq: int  # how far the reader had read before opening
    offers_split_at: int | None  # the newest entry here that changed the subject

    @cached_property
    def recipients(self) -> list[Recipient]:
        """Whom an answer goes to by default."""
        return everyone(self.conversation)

    @property
    def colleagues_drafts(self) -> list[Draft]:
        return [draft for draft in self._drafts if draft.author_id != self.reader.pk]

    @property
    def my_reply_draft(self) -> Draft | None:
        return self._mine(Draft.Kind.REPLY)

    @property
    def my_note_draft(self) -> Draft | None:
        return self._mine(Draft.Kind.NOTE)

    def _mine(self, kind: str) -> Draft | None:
        return next((one for one in self._drafts if one.author_id == self.reader.pk and one.kind == kind), None)

    @cached_property
    def _drafts(self) -> list[Draft]:
        drafts = statements.select(Draft, f"{_OF} ORDER BY updated_at DESC", {"conversation": self.conversation.pk})
        return _with_authors(drafts)


def page(
    *,
    conversation: Conversation,
    user: User,
    before_seq: int | None = None,
    after_seq: int | None = None,
    now: datetime,
) -> ThreadPage:
    """Return the newest 50 entries, or the 50 before ``before_seq``, or the up to 50 that follow ``after_seq``.

    ``conversation`` comes from ``Conversation.objects.visible_to(user)``.
    """
    marks = statements.select(ReadMark, _MARK, {"conversation": conversation.pk, "person": user.pk})
    read_seq = marks[0].seq if marks else 0
    messages = _messages(conversation, before_seq, after_seq)
    sent, files = _transmissions(messages), _files(messages)
    unread = next((m.seq for m in messages if m.kind == Message.Kind.RECEIVED and m.seq > read_seq), None)
    return ThreadPage(
        conversation=conversation,
        reader=user,
        entries=[
            Entry(
                message=message,
                files=files.get(message.pk, []),
                begins_unread=message.seq == unread and message.seq > 1,
                transmission=sent.get(message.transmission_id) if message.transmission_id else None,
            )
            for message in messages
        ],
        before_seq=messages[0].seq if messages and messages[0].seq > 1 else None,
        newest_seq=conversation.message_seq,
        read_seq=read_seq,
        offers_split_at=next((m.seq for m in reversed(messages) if m.detail.get("subject_changed")), None),
    )


def _messages(conversation: Conversation, before_seq: int | None, after_seq: int | None) -> list[Message]:
    values = {"conversation": conversation.pk, "after": after_seq, "before": before_seq, "most": PAGE}
    if after_seq is not None:
        return _with_authors(statements.select(Message, _AFTER, values, without=("search",)))
    rows = statements.select(Message, _NEWEST if before_seq is None else _BEFORE, values, without=("search",))
    return _with_authors(rows[::-1])


def _with_authors(rows: list[A]) -> list[A]:
    """Read each author once: in a thread they are few."""
    people = _by_key(User, {row.author_id for row in rows} - {None})
    for row in rows:
        if row.author_id in people:
            row.author = people[row.author_id]
    return rows


def _files(messages: Sequence[Message]) -> dict[UUID, list[Attachment]]:
    """The files of each message, in their order."""
    links = statements.select(MessageAttachment, _LINKS, {"messages": [message.pk for message in messages]})
    found = _by_key(Attachment, {link.attachment_id for link in links})
    files: dict[UUID, list[Attachment]] = {}
    for link in links:
        files.setdefault(link.message_id, []).append(found[link.attachment_id])
    return files


def _transmissions(messages: Sequence[Message]) -> dict[UUID, Transmission]:
    return _by_key(Transmission, {message.transmission_id for message in messages} - {None})


def _by_key(model: type[M], keys: set[Any]) -> dict[UUID, M]:
    """The rows of these keys; no query for none."""
    rows = statements.select(model, _KEYS, {"keys": list(keys)}) if keys else []
    return {row.pk: row for row in rows}
