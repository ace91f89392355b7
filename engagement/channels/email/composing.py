"""From the facts of one outgoing e-mail to the bytes that go over SMTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engagement.channels.email.addresses import Mailbox


class UnsafeHeader(ValueError):
    """A value that would end its header line and start another: refused, never repaired."""

    def __init__(self, header: str) -> None:
        super().__init__(f"The header {header} holds a line break or another control character.")
        self.header = header


@dataclass(frozen=True, slots=True)
class OutgoingAttachment:
    """One file to send. With ``content_id`` (no angle brackets) it is shown inside the HTML as ``cid:``."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingEmail:
    """One message as the caller wants it; message ids without angle brackets, ``date`` aware."""

    message_id: str
    from_: Mailbox
    to: tuple[Mailbox, ...]
    subject: str
    text: str
    date: datetime
    html: str | None = None
    cc: tuple[Mailbox, ...] = ()
    reply_to: tuple[Mailbox, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    attachments: tuple[OutgoingAttachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
