"""What a received e-mail says, as plain facts: the result of :func:`engagement.channels.email.parsing.parse`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from engagement.channels.email.addresses import Mailbox


class Unparsable(ValueError):
    """The bytes are no message that anybody could answer; ``reason`` is one English sentence for agents."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AutoKind(StrEnum):
    """Which sort of robot wrote the message; empty when a person seems to have written it."""

    PERSON = ""
    AUTO_REPLY = "auto-reply"
    AUTO_GENERATED = "auto-generated"
    BULK = "bulk"
    BOUNCE = "bounce"
    DELIVERY_DELAY = "delivery-delay"
    DISPOSITION_NOTIFICATION = "disposition-notification"
    FEEDBACK_REPORT = "feedback-report"


@dataclass(frozen=True, slots=True)
class ParsedAttachment:
    """One file of the message. ``filename`` is safe to show and to store; it is never a path.

    ``declared_type`` is what the sender claims, ``sniffed_type`` what the first bytes say (empty when
    they say nothing): serve by the sniffed one. ``content_id`` has no angle brackets.
    """

    filename: str
    declared_type: str
    sniffed_type: str
    content: bytes = field(repr=False)
    content_id: str = ""
    inline: bool = False
    is_message: bool = False

    @property
    def size(self) -> int:
        """Bytes after the transfer encoding is undone."""
        return len(self.content)

    @property
    def disposition(self) -> str:
        """``inline`` or ``attachment`` (RFC 2183)."""
        return "inline" if self.inline else "attachment"


@dataclass(frozen=True, slots=True)
class Oversized:
    """A file that was left out because it is larger than allowed; ``size`` in bytes."""

    filename: str
    size: int


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """The first event of a calendar part (RFC 5545, RFC 5546, RFC 6047).

    ``kind`` is what the message does with it: ``request``, ``moved``, ``canceled``, ``accepted``, ``declined``,
    ``tentative``, ``delegated``, ``replied``, ``counter``, ``counter_declined`` or ``event``. ``start`` and ``end``
    are ISO 8601: in UTC with offset, without one when the time floats, and a bare date for whole days; ``zone`` is
    the IANA name of the zone that it was written in. ``attendee`` is who answers. ``repeats`` holds ``frequency``
    and perhaps ``interval``, ``count``, ``until``.
    """

    method: str
    kind: str
    summary: str
    start: str
    end: str
    zone: str
    is_floating: bool
    location: str
    organizer: str
    uid: str
    source: str = field(repr=False)
    description: str = ""
    comment: str = ""
    link: str = ""
    attendee: str = ""
    repeats: dict[str, str | int] = field(default_factory=dict)
    is_one_of_several: bool = False
    sequence: int = 0  # how often its organizer has changed it
    occurrence: str = ""  # which one of a series, by the time that it had at first
    stamp: str = ""  # when this version was written, in UTC


@dataclass(frozen=True, slots=True)
class NestedMessage:
    """A message that came as a part of another one, read in the same way."""

    sender: Mailbox | None
    to: tuple[Mailbox, ...]
    date: datetime | None
    subject: str
    text: str
    attachments: tuple[ParsedAttachment, ...]
    messages: tuple[NestedMessage, ...]
    marks: frozenset[str]
    html: str = ""  # sanitized; only where it looks or reads otherwise than the text


@dataclass(frozen=True, slots=True)
class Forward:
    """A message that somebody passed on in the text of theirs: its head as it stands there, and its text."""

    name: str
    address: str
    date: str
    subject: str
    to: str
    text: str
    head: str = ""


@dataclass(frozen=True, slots=True)
class BouncedRecipient:
    """One recipient of a report (RFC 3464 section 2.3). ``action`` is ``failed``, ``delayed`` and so on."""

    address: str
    action: str
    status: str
    diagnostic: str
    permanent: bool
    other_address: str = ""  # the final address, where the report names the original one as well


@dataclass(frozen=True, slots=True)
class BounceReport:
    """Which recipients of which message of ours a mail server complains about.

    ``action`` and ``detail`` are those of the whole report, for one that names no recipient.
    """

    recipients: tuple[BouncedRecipient, ...]
    original_message_id: str
    action: str = "failed"
    detail: str = ""

    @property
    def permanent(self) -> bool:
        """True when at least one recipient will never get it."""
        return any(recipient.permanent for recipient in self.recipients)


@dataclass(frozen=True, slots=True)
class Complaint:
    """Who reported a message of ours as unwanted, as far as the report says (RFC 5965, or a provider's own form)."""

    addresses: tuple[str, ...]
    message_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParsedEmail:
    """One message, decoded. Text has ``\\n`` line ends, no NUL and no lone surrogates.

    ``text`` is always there (built from the HTML when the message has none) and holds every line that
    ``visible_text``, ``quoted_text`` and ``signature`` divide among them. ``html`` is sanitised and empty
    when the message has none; ``html_visible`` and ``html_quoted`` divide it where a mail program marked
    the quotation, otherwise ``html_quoted`` is empty. Message ids come without angle brackets.
    """

    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: datetime | None
    subject: str
    sender: Mailbox | None
    reply_to: tuple[Mailbox, ...]
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    delivered_to: tuple[str, ...]
    text: str
    visible_text: str
    quoted_text: str
    signature: str
    html: str
    html_visible: str
    html_quoted: str
    remote_images: int
    attachments: tuple[ParsedAttachment, ...]
    oversized: tuple[Oversized, ...]
    calendar: tuple[CalendarPart, ...]
    language: str
    auto: AutoKind
    bounce: BounceReport | None
    suppresses_replies: bool
    loop_markers: tuple[str, ...]
    defects: tuple[str, ...]
    authentication_results: tuple[str, ...] = ()  # the fields of RFC 8601, topmost first
    plain_text: str = ""  # what the plain part said, where the words of the HTML were taken as ``text``
    is_formatted: bool = False  # the HTML looks or reads otherwise than the text
    prefers_text: bool = False  # the HTML leaves out much of what the text says
    marks: frozenset[str] = frozenset()  # "signed", "encrypted": what it came wrapped in
    messages: tuple[NestedMessage, ...] = ()
    forward: Forward | None = None  # then ``visible_text`` is what the forwarder adds
    complaint: Complaint | None = None
    list_addresses: tuple[str, ...] = ()
    original_sender: Mailbox | None = None  # who wrote it, where a list put itself into From

    @property
    def may_auto_reply(self) -> bool:
        """True when an automatic answer may go to the sender (RFC 3834 section 2)."""
        return self.auto is AutoKind.PERSON and not self.suppresses_replies and not self.loop_markers
