"""What an adapter finds in one delivery of its provider: letters, messages, receipts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from engagement.channels.email.parsed import ParsedAttachment, ParsedEmail


class Unanswerable(ValueError):
    """It was read, but stands for nobody; the message is a sentence for agents."""


class NotOursYet(Exception):
    """A receipt for a message that we do not know: perhaps it is being committed just now."""


@dataclass(frozen=True, slots=True)
class InboundLetter:
    """An e-mail, read; what it is (a message, a report, a robot's) is decided by ``processing``."""

    parsed: ParsedEmail


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """What somebody wrote. ``sender_kind`` and ``scope`` are those of the sender's identity.

    ``auto``: what made it, when that was no person. ``is_opt_out_request``: it may ask for no more marketing.
    """

    sender_kind: str
    sender_address: str
    external_id: str
    text: str
    sender_name: str = ""
    scope: str = ""
    title: str = ""
    html: str = ""
    language: str = ""
    auto: str = ""
    sent_at: datetime | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    files: tuple[ParsedAttachment, ...] = ()
    notes: tuple[str, ...] = ()
    is_opt_out_request: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundReceipt:
    """How far a message of ours has come. ``transmission_id`` when the provider gave it back to us."""

    external_id: str
    state: str
    unique_key: str
    recipient: str = ""
    detail: str = ""
    transmission_id: UUID | None = None


Inbound = InboundLetter | InboundMessage | InboundReceipt
