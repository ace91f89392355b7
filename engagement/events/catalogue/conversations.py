"""What happened in the inbox."""

from datetime import datetime
from uuid import UUID

from engagement.events.catalogue.base import Event


class ConversationOpened(Event, frozen=True, kw_only=True):
    """A conversation began. ``answers_id``: the Transmission of ours that it answers, if it was no answer of ours.

    ``is_opt_out_request``: what began it asks for no more marketing, which is no reply to what it answers.
    """

    name = "conversations.opened"
    conversation_id: UUID
    channel_id: UUID
    profile_id: UUID
    queue_id: UUID
    at: datetime
    answers_id: UUID | None = None
    is_opt_out_request: bool = False

    @property
    def subject(self) -> str:
        return f"conversation:{self.conversation_id}"


class ReplyConfirmed(Event, frozen=True, kw_only=True):
    """What began a conversation was marked as an opt-out request, and a person says that it is an ordinary reply."""

    name = "conversations.reply_confirmed"
    conversation_id: UUID
    answers_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"conversation:{self.conversation_id}"


class MessageThreaded(Event, frozen=True, kw_only=True):
    """A customer's message stands in its conversation; ``raw_event_id`` is what it came in as."""

    name = "conversations.message_threaded"
    conversation_id: UUID
    message_id: UUID
    seq: int
    automatic: bool
    at: datetime
    raw_event_id: UUID | None = None

    @property
    def subject(self) -> str:
        return f"conversation:{self.conversation_id}"


class ReplyWritten(Event, frozen=True, kw_only=True):
    """One of us answered; the message leaves when its time to undo is over."""

    name = "conversations.reply_written"
    conversation_id: UUID
    message_id: UUID
    seq: int
    author_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"conversation:{self.conversation_id}"


class ReplyTakenBack(Event, frozen=True, kw_only=True):
    """A reply was undone before it left."""

    name = "conversations.reply_taken_back"
    conversation_id: UUID
    message_id: UUID
    author_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"conversation:{self.conversation_id}"


class NoteWritten(Event, frozen=True, kw_only=True):
    """A colleague left a note that only the team reads."""

    name = "conversations.note_written"
    conversation_id: UUID
    message_id: UUID
    seq: int
    author_id: UUID
    mentioned_ids: list[UUID]
    at: datetime

    @property
    def subject(self) -> str:
        return f"conversation:{self.conversation_id}"


class ConversationReleased(Event, frozen=True, kw_only=True):
    """A customer wrote to a conversation of somebody who left, or may not open it any more: it is unassigned now."""

    name = "conversations.released"
    conversation_id: UUID
    person_id: UUID
    message_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"conversation:{self.conversation_id}"


class ConversationChanged(Event, frozen=True, kw_only=True):
    """Status, assignee or queue changed. ``change`` is resolved, reopened, snoozed, pended, woken, assigned,
    queued, split, retitled, complaint, no_complaint, passed_on or undone. ``undone_at`` is when the resolution was
    that an undo takes back; None for any other change."""

    name = "conversations.changed"
    conversation_id: UUID
    change: str
    status: str
    assignee_id: UUID | None
    queue_id: UUID
    actor_id: UUID | None
    at: datetime
    undone_at: datetime | None = None

    @property
    def subject(self) -> str:
        return f"conversation:{self.conversation_id}"
