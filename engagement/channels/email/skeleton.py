"""The same mail to many: what does not change is made once, what does is spliced in.

The result means to a mail program what ``compose`` would have made of the same facts; only the encoding of the parts
may differ: base64 for whatever is not plain 7-bit, because it takes an eighth of the time of quoted-printable.
"""

import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.composing import (
    FROM_LINE,
    LONG_LINE,
    SURROGATES,
    extra_fields,
    mailbox_field,
    own_id,
    text_field,
)

_LINE = 76  # characters of base64 (RFC 2045 section 6.8)


class Skeleton:
    """The header and the frame of one revision in one language from one channel. For threads; keep it as long as you
    like.

    ``headers`` are extra fields that are the same in each message (List-Id, Auto-Submitted…). Raises UnsafeHeader,
    InvalidAddress.
    """

    def __init__(
        self, *, from_: Mailbox, reply_to: tuple[Mailbox, ...] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        lines = [mailbox_field("From", (from_,))]
        if reply_to:
            lines.append(mailbox_field("Reply-To", reply_to))
        lines += [*extra_fields(headers or {}), "MIME-Version: 1.0"]
        # "=_" can stand in no part: base64 has no underscore, and in 7-bit parts it is looked for.
        seed = "\n".join(lines).encode()
        self._boundary = f"=_{hashlib.sha256(seed).hexdigest()[:32]}"
        self._fixed = "\r\n".join(lines)
        self._multipart = f'Content-Type: multipart/alternative; boundary="{self._boundary}"\r\n\r\n'
        self._open = f"--{self._boundary}\r\n".encode()
        self._close = f"--{self._boundary}--\r\n".encode()

    def splice(
        self,
        *,
        message_id: str,
        to: Mailbox,
        subject: str,
        date: datetime,
        text: str,
        html: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """Return one message with CRLF line ends; the same arguments give the same bytes.

        ``headers`` are extra fields of this message (List-Unsubscribe…). Raises UnsafeHeader, InvalidAddress, and
        ValueError for a ``date`` without its zone.
        """
        if date.tzinfo is None:
            raise ValueError("The date of an e-mail needs its zone.")
        lines = [f"Date: {format_datetime(date)}", mailbox_field("To", (to,)), _subject(subject)]
        lines += [f"Message-ID: <{own_id(message_id)}>", *extra_fields(headers or {}), self._fixed, ""]
        head = "\r\n".join(lines)
        plain = self._part(text, "plain")
        if html is None:
            return head.encode() + plain
        alternative = [(head + self._multipart).encode(), self._open, plain, b"\r\n", self._open]
        return b"".join([*alternative, self._part(html, "html"), b"\r\n", self._close])

    def _part(self, text: str, subtype: str) -> bytes:
        data = _encoded(text).replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\x00", b"")
        if data and not data.endswith(b"\n"):
            data += b"\n"
        lines = data.replace(b"\n", b"\r\n")
        is_plain = data.isascii() and not LONG_LINE.search(data) and not FROM_LINE.search(data)
        if is_plain and self._boundary.encode() not in data:
            return _head(subtype, "us-ascii", "7bit") + lines
        return _head(subtype, "us-ascii" if data.isascii() else "utf-8", "base64") + _base64(lines)


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return SURROGATES.sub("\ufffd", text).encode()


@lru_cache(maxsize=64)
def _head(subtype: str, charset: str, encoding: str) -> bytes:
    head = f"Content-Type: text/{subtype}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode()


@lru_cache(maxsize=512)
def _subject(subject: str) -> str:
    """Most of a campaign's subjects are the same, or differ in a first name."""
    return text_field("Subject", subject)


def _base64(data: bytes) -> bytes:
    encoded = binascii.b2a_base64(data, newline=False)
    return b"\r\n".join([*[encoded[start : start + _LINE] for start in range(0, len(encoded), _LINE)], b""])
