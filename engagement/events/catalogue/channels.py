"""What came in and went out by our channels."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from engagement.events.catalogue.base import Event


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
    ``layout`` says what is what in ``text`` (forwarded and opened messages, invitations) and how it came.
    ``reply_token`` is the conversation that a *verified* reply address names. ``profile_id`` is the canonical profile;
    ``home_id`` the one that the address was of before a merge, for which rows are written (``written_for``).
    ``is_opt_out_request``: it asks for no more marketing, and waits for a person to judge that.
    ``sender_check`` is what is known about the sender so far (``verdict`` verified, failed or unknown; ``spf``,
    ``dkim``, ``dmarc``, ``checked_by``); empty when nobody has checked it yet, then ``SenderChecked`` may follow.
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
    layout: dict[str, Any] = {}
    home_id: UUID | None = None
    is_opt_out_request: bool = False
    sender_check: dict[str, str] = {}

    @property
    def written_for(self) -> UUID:
        """The profile for which rows about it are written: undoing a merge takes them along."""
        return self.home_id or self.profile_id

    @property
    def subject(self) -> str:
        return f"endpoint:{self.channel_id}:{self.sender.address}"


class OptOutJudged(Event, frozen=True, kw_only=True):
    """A person judged what was marked as an opt-out request. ``honoured``: their consent was withdrawn."""

    name = "channels.opt_out_judged"
    raw_event_id: UUID
    profile_id: UUID
    honoured: bool
    at: datetime

    @property
    def subject(self) -> str:
        return f"raw-event:{self.raw_event_id}"


class SenderChecked(Event, frozen=True, kw_only=True):
    """Whether the domain of a received email vouches for it became known after it was read."""

    name = "channels.sender_checked"
    raw_event_id: UUID
    channel_id: UUID
    sender_address: str
    check: dict[str, str]
    at: datetime

    @property
    def subject(self) -> str:
        """The one of its ``MessageReceived``: it is delivered after that."""
        return f"endpoint:{self.channel_id}:{self.sender_address}"


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


class OptInChanged(Event, frozen=True, kw_only=True):
    """Somebody asked at a form to be written to ("requested"), or pressed the button that was mailed ("confirmed")."""

    name = "channels.opt_in_changed"
    opt_in_id: UUID
    form_id: UUID
    change: str
    profile_id: UUID | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"opt_in:{self.opt_in_id}"


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


class GroupHeld(Event, frozen=True, kw_only=True):
    """The messages of a campaign are held. ``reason`` is a code of the delivery path, empty when a person did it."""

    name = "channels.group_held"
    group_id: UUID
    reason: str
    at: datetime

    @property
    def subject(self) -> str:
        return f"group:{self.group_id}"
