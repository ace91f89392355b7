"""From the facts of one outgoing e-mail to the bytes that go over SMTP.

Every line is 7-bit unless an address itself needs SMTPUTF8, so that any server takes it. Nothing is
repaired silently: a value that would begin a header line of its own is refused.
Standards: RFC 5322, 2045 to 2047, 2231, 6532.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from engagement.channels.email.addresses import InvalidAddress, Mailbox, normalise

MAX_REFERENCES = 100
MAX_LINE = 998
_FOLD_AT = 76
_UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
_FIELD_NAME = re.compile(r"[!-9;-~]{1,70}")
_MESSAGE_ID = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,80}/[A-Za-z0-9!#$&^_.+-]{1,80}")
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_PLAIN_PARAMETER = re.compile(r"[A-Za-z0-9 !#$&+.^_`{|}~()@,;:=\[\]-]{0,60}")
_PERCENT_KEPT = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~")
LONG_LINE = re.compile(rb"[^\n]{77}")
FROM_LINE = re.compile(rb"(?m)^From ")
SURROGATES = re.compile("[\ud800-\udfff]")
_OURS = frozenset(
    {
        *("date", "from", "sender", "to", "cc", "bcc", "reply-to", "subject", "message-id", "in-reply-to"),
        *("references", "mime-version", "content-type", "content-transfer-encoding", "content-disposition"),
        *("return-path", "received"),
    }
)


class UnsafeHeader(ValueError):
    """A value that would end its header line and start another: refused, never repaired."""

    def __init__(self, header: str) -> None:
        super().__init__(f"The header {header} holds a line break or something else that must not be in it.")
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


def compose(message: OutgoingEmail) -> bytes:
    """The message with CRLF line ends. The same ``message`` gives the same bytes.

    Raises UnsafeHeader naming the header, InvalidAddress for an address nobody could send to, and
    ValueError for a ``date`` without its zone.
    """
    head = [*_addressing(message), *_threading(message), *extra_fields(message.headers)]
    return "\r\n".join([*head, "MIME-Version: 1.0", ""]).encode() + _body(message)


def needs_smtputf8(message: OutgoingEmail) -> bool:
    """Whether an address has letters outside ASCII before its @, so that the server must offer SMTPUTF8."""
    mailboxes = (message.from_, *message.to, *message.cc, *message.reply_to)
    return not all(mailbox.address.rpartition("@")[0].isascii() for mailbox in mailboxes)


# The header.


def _addressing(message: OutgoingEmail) -> list[str]:
    if message.date.tzinfo is None:
        raise ValueError("The date of an e-mail needs its zone.")
    lines = [f"Date: {format_datetime(message.date)}", mailbox_field("From", (message.from_,))]
    lines.append(mailbox_field("To", message.to) if message.to else "To: undisclosed-recipients:;")
    if message.cc:
        lines.append(mailbox_field("Cc", message.cc))
    if message.reply_to:
        lines.append(mailbox_field("Reply-To", message.reply_to))
    lines.append(text_field("Subject", message.subject))
    return lines


def _threading(message: OutgoingEmail) -> list[str]:
    lines = [f"Message-ID: <{own_id(message.message_id)}>"]
    if message.in_reply_to and (ids := _foreign_ids("In-Reply-To", (message.in_reply_to,))):
        lines.append(f"In-Reply-To: {ids[0]}")
    ids = _foreign_ids("References", message.references)
    if len(ids) > MAX_REFERENCES:
        ids = [ids[0], *ids[1 - MAX_REFERENCES :]]
    if ids:
        lines.append("References: " + "\r\n ".join(ids))
    return lines


def own_id(message_id: str) -> str:
    """``message_id`` when it is one (RFC 5322 section 3.6.4). Raises UnsafeHeader."""
    if len(message_id) > 900 or not _MESSAGE_ID.fullmatch(message_id):
        raise UnsafeHeader("Message-ID")
    return message_id


def _foreign_ids(header: str, ids: Iterable[str]) -> list[str]:
    """Ids of others in brackets; one that no line could hold is left out, one that breaks it is refused."""
    for message_id in ids:
        if _UNSAFE.search(message_id) or "<" in message_id or ">" in message_id:
            raise UnsafeHeader(header)
    return [f"<{i}>" for i in ids if i and i.isascii() and " " not in i and "\t" not in i and len(i) <= 900]


def extra_fields(headers: Mapping[str, str]) -> list[str]:
    """Fields that are none of those which ``compose`` writes itself. Raises UnsafeHeader."""
    lines: list[str] = []
    for name, value in headers.items():
        if not _FIELD_NAME.fullmatch(name) or name.lower() in _OURS:
            raise UnsafeHeader(name.encode("ascii", "backslashreplace").decode()[:70] or "without a name")
        lines.append(text_field(name, value))
    return lines


def text_field(name: str, value: str) -> str:
    """An unstructured field (RFC 5322 section 2.2.1), encoded and folded where needed."""
    value = _checked(name, value)
    if value.isascii() and "=?" not in value:
        line = f"{name}: {value}"
        if len(line) <= _FOLD_AT:
            return line
        folded = _fold(line)
        if folded is not None:
            return folded
    return f"{name}: " + "\r\n ".join(_encoded_words(value, _FOLD_AT - len(name) - 2))


def _checked(name: str, value: str) -> str:
    if _UNSAFE.search(value):
        raise UnsafeHeader(name)
    return SURROGATES.sub("\ufffd", value.replace("\t", " ")).strip(" ")


def _fold(line: str) -> str | None:
    """``line`` broken at single blanks; None when that would change the text or leave a line too long."""
    if "  " in line:
        return None
    lines: list[str] = []
    current = ""
    for word in line.split(" "):
        if current and len(current) + 1 + len(word) > _FOLD_AT and (lines or not current.endswith(":")):
            lines.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    lines.append(current)
    return "\r\n ".join(lines) if max(map(len, lines)) < MAX_LINE else None


def _encoded_words(value: str, first_room: int) -> list[str]:
    """RFC 2047 words of at most 75 characters that never cut a letter in two."""
    words: list[str] = []
    chunk: list[str] = []
    size, limit = 0, max(12, min(45, (first_room - 12) * 3 // 4))
    for letter in value:
        length = len(letter.encode())
        if size + length > limit:
            words.append(_encoded_word("".join(chunk)))
            chunk, size, limit = [], 0, 45
        chunk.append(letter)
        size += length
    words.append(_encoded_word("".join(chunk)))
    return words


def _encoded_word(text: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode('ascii')}?="


def mailbox_field(name: str, mailboxes: tuple[Mailbox, ...]) -> str:
    """An address field (RFC 5322 section 3.6.2). Raises UnsafeHeader, InvalidAddress."""
    return f"{name}: " + ",\r\n ".join([_mailbox(name, mailbox) for mailbox in mailboxes])


def _mailbox(field_name: str, mailbox: Mailbox) -> str:
    address = _wire_address(field_name, mailbox.address)
    display = " ".join(_checked(field_name, mailbox.name).split())
    if not display:
        return address
    if not display.isascii() or "=?" in display or len(display) > 200:
        words = "\r\n ".join(_encoded_words(display, _FOLD_AT - len(field_name) - 2))
        return f"{words}\r\n <{address}>" if len(words) + len(address) > 60 else f"{words} <{address}>"
    if not _PLAIN_PHRASE.fullmatch(display):
        display = '"' + display.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{display}\r\n <{address}>" if len(display) + len(address) > 64 else f"{display} <{address}>"


def _wire_address(field_name: str, address: str) -> str:
    """The address as it is sent: local part as written, domain in ASCII.

    Where mail servers compare local parts at all, they do so by the case that was written.
    """
    if _UNSAFE.search(address):
        raise UnsafeHeader(field_name)
    local, _, domain = address.strip().rpartition("@")
    normal = normalise(address)
    if re.search(r"[\s<>,;:()\[\]\\]", local) and not (local.startswith('"') and local.endswith('"')):
        raise InvalidAddress("The part before the @ needs quotation marks.")
    return f"{local}@{domain if domain.isascii() else normal.rpartition('@')[2]}"


# The body.


@dataclass(frozen=True, slots=True)
class _Entity:
    """A MIME entity: header lines without the last line end, and the encoded body."""

    head: str
    body: bytes

    def serialised(self) -> bytes:
        return self.head.encode() + b"\r\n\r\n" + self.body


def _body(message: OutgoingEmail) -> bytes:
    inline = [item for item in message.attachments if item.content_id and message.html is not None]
    attached = [item for item in message.attachments if not (item.content_id and message.html is not None)]
    entity = _text_entity(message.text, "plain")
    if message.html is not None:
        html = _text_entity(message.html, "html")
        if inline:
            html = _multipart(message, "related", [html, *(_file_entity(item, "inline") for item in inline)])
        entity = _multipart(message, "alternative", [entity, html])
    if attached:
        files = [_file_entity(item, "attachment") for item in attached]
        entity = _multipart(message, "mixed", [entity, *files])
    return entity.serialised()


def _multipart(message: OutgoingEmail, subtype: str, entities: list[_Entity]) -> _Entity:
    parts = [entity.serialised() for entity in entities]
    boundary, attempt = "", 0
    while not boundary or any(boundary.encode() in part for part in parts):
        seed = f"{message.message_id}/{subtype}/{attempt}".encode()
        boundary, attempt = f"=_{hashlib.sha256(seed).hexdigest()[:32]}", attempt + 1
    delimiter = f"\r\n--{boundary}\r\n".encode()
    body = delimiter[2:] + delimiter.join(parts) + f"\r\n--{boundary}--\r\n".encode()
    return _Entity(f'Content-Type: multipart/{subtype}; boundary="{boundary}"', body)


def _text_entity(text: str, subtype: str) -> _Entity:
    """Text as 7-bit where it is, else quoted-printable, or base64 where that is shorter."""
    text = SURROGATES.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""))
    data = text.encode()
    if data and not data.endswith(b"\n"):
        data += b"\n"
    charset = "us-ascii" if data.isascii() else "utf-8"
    head = f"Content-Type: text/{subtype}; charset={charset}\r\nContent-Transfer-Encoding: "
    if charset == "us-ascii" and not LONG_LINE.search(data) and not FROM_LINE.search(data):
        return _Entity(head + "7bit", data.replace(b"\n", b"\r\n"))
    if sum(byte > 127 for byte in data[:2_000]) * 4 > min(len(data), 2_000):
        return _Entity(head + "base64", _base64(data.replace(b"\n", b"\r\n")))
    encoded = binascii.b2a_qp(data, istext=True)
    encoded = FROM_LINE.sub(b"=46rom ", encoded).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return _Entity(head + "quoted-printable", encoded)


def _base64(data: bytes) -> bytes:
    encoded = binascii.b2a_base64(data, newline=False)
    lines = [encoded[start : start + 76] for start in range(0, len(encoded), 76)]
    return b"\r\n".join([*lines, b""])


def _file_entity(item: OutgoingAttachment, disposition: str) -> _Entity:
    """A file in base64. Messages must not be encoded (RFC 2046 section 5.2.1): they go as plain files."""
    if _UNSAFE.search(item.content_type):
        raise UnsafeHeader("Content-Type")
    media_type = item.content_type if _MEDIA_TYPE.fullmatch(item.content_type) else "application/octet-stream"
    if media_type.lower().startswith(("message/", "multipart/")):
        media_type = "application/octet-stream"
    lines = [f"Content-Type: {media_type}", "Content-Transfer-Encoding: base64"]
    lines.append(f"Content-Disposition: {disposition}{_filename(item.filename)}")
    if item.content_id:
        if len(item.content_id) > 300 or not re.fullmatch(r"[!-;=?-~]+", item.content_id):
            raise UnsafeHeader("Content-ID")
        lines.append(f"Content-ID: <{item.content_id}>")
    return _Entity("\r\n".join(lines), _base64(item.content))


def _filename(filename: str) -> str:
    """The filename parameter, by RFC 2231 in pieces when it is long or has letters outside ASCII."""
    filename = _checked("Content-Disposition", filename)
    if not filename:
        return ""
    if _PLAIN_PARAMETER.fullmatch(filename):
        return f'; filename="{filename}"'
    encoded = "".join(chr(b) if b in _PERCENT_KEPT else f"%{b:02X}" for b in filename.encode())
    pieces = re.findall(r"(?:%[0-9A-F]{2}|[^%]){1,18}", encoded)
    if len(pieces) == 1:
        return f";\r\n filename*=utf-8''{encoded}"
    pieces[0] = f"utf-8''{pieces[0]}"
    numbered = [f"filename*{number}*={piece}" for number, piece in enumerate(pieces)]
    return "".join(f";\r\n {segment}" for segment in numbered)
