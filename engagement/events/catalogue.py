"""Every event that one app may learn from another. A change here is a decision: the payloads are snapshotted.

Times are aware datetimes in UTC. ``subject`` names what the event is about; events of one subject are delivered
in the order in which they were published.
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec

CATALOGUE: dict[str, type["Event"]] = {}


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the catalogue; a subclass with a ``name`` is in it."""

    name: ClassVar[str] = ""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.name:
            CATALOGUE[cls.name] = cls

    @property
    def subject(self) -> str:
        """What the event is about, as ``kind:key``."""
        raise NotImplementedError


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Someone named in a message: an address of ``kind`` and the name that came with it."""

    kind: str
    address: str
    name: str = ""
    role: str = "from"  # from, to, cc, reply-to


class AttachmentReference(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment that is stored already."""

    attachment_id: UUID
    filename: str
    content_type: str
    size: int
    inline: bool = False
    content_id: str = ""


class MessageReceived(Event, frozen=True, kw_only=True):
    """Somebody wrote to one of our channels. Carries all that was said; the raw source stays in ``raw_event_id``.

    ``auto`` is empty for a person, else the kind of robot (``auto-reply``, ``auto-generated``, ``list``…).
    ``reply_token`` is the conversation that a *verified* reply address names.
    """

    name = "channels.message_received"
    channel_id: UUID
    raw_event_id: UUID
    item: int
    external_id: str
    profile_id: UUID
    identity_id: UUID
    sender: Person
    people: list[Person]
    received_at: datetime
    sent_at: datetime | None = None
    title: str = ""
    text: str = ""
    html: str = ""
    quoted_text: str = ""
    quoted_html: str = ""
    signature: str = ""
    remote_images: int = 0
    auto: str = ""
    in_reply_to: list[str] = []
    references: list[str] = []
    reply_token: UUID | None = None
    attachments: list[AttachmentReference] = []
    notes: list[str] = []

    @property
    def subject(self) -> str:
        return f"endpoint:{self.channel_id}:{self.sender.address}"


class DeliveryReported(Event, frozen=True, kw_only=True):
    """A message that we handed over has come further, or has failed."""

    name = "channels.delivery_reported"
    transmission_id: UUID
    source: str
    source_id: UUID
    state: str
    detail: str
    at: datetime

    @property
    def subject(self) -> str:
        return f"transmission:{self.transmission_id}"


class InboundFailed(Event, frozen=True, kw_only=True):
    """Something came in that could not be read; it waits in "needs attention"."""

    name = "channels.inbound_failed"
    raw_event_id: UUID
    channel_id: UUID
    reason: str
    at: datetime

    @property
    def subject(self) -> str:
        return f"raw:{self.raw_event_id}"


class SessionsEnded(Event, frozen=True, kw_only=True):
    """Some or all sessions of a person who works here were ended; what they have open must ask again."""

    name = "village.sessions_ended"
    person_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"person:{self.person_id}"


class ProfileCreated(Event, frozen=True, kw_only=True):
    """A person, or an address of one, was met for the first time."""

    name = "profiles.profile_created"
    profile_id: UUID
    identity_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"profile:{self.profile_id}"


class ConversationOpened(Event, frozen=True, kw_only=True):
    """A conversation began."""

    name = "conversations.opened"
    conversation_id: UUID
    channel_id: UUID
    profile_id: UUID
    queue_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"conversation:{self.conversation_id}"


class MessageThreaded(Event, frozen=True, kw_only=True):
    """A customer's message stands in its conversation."""

    name = "conversations.message_threaded"
    conversation_id: UUID
    message_id: UUID
    seq: int
    automatic: bool
    at: datetime

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


class ConversationChanged(Event, frozen=True, kw_only=True):
    """Status, assignee or queue changed. ``change`` is resolved, reopened, snoozed, pended, woken, assigned,
    queued, split or retitled."""

    name = "conversations.changed"
    conversation_id: UUID
    change: str
    status: str
    assignee_id: UUID | None
    queue_id: UUID
    actor_id: UUID | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"conversation:{self.conversation_id}"
