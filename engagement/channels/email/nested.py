"""Messages inside a message (RFC 2046 section 5.2.1), read as far as a person reads them.

Bounded in depth and number.
"""

from __future__ import annotations

from collections.abc import Iterable

from engagement.channels.email import bodies, mime
from engagement.channels.email.addresses import parse_mailboxes
from engagement.channels.email.headers import date, mend_line_ends
from engagement.channels.email.parsed import NestedMessage
from engagement.visible_text import visible_text

MAX_DEPTH = 3
MAX_MESSAGES = 20
_MAX_PEOPLE = 20


def read_nested(
    sources: Iterable[bytes], *, max_attachment_bytes: int, defects: list[str]
) -> tuple[NestedMessage, ...]:
    """The messages in ``sources``; what has no header, or lies deeper than MAX_DEPTH, is left out. Never raises."""
    return _read_all(sources, [MAX_MESSAGES], 1, max_attachment_bytes, defects)


def _read_all(
    sources: Iterable[bytes], room: list[int], depth: int, limit: int, defects: list[str]
) -> tuple[NestedMessage, ...]:
    found: list[NestedMessage] = []
    for source in sources:
        if room[0] <= 0:
            break
        room[0] -= 1
        message = _read(source, room, depth, limit, defects)
        if message is not None:
            found.append(message)
    return tuple(found)


def _read(source: bytes, room: list[int], depth: int, limit: int, defects: list[str]) -> NestedMessage | None:
    root = mime.read(mend_line_ends(source.lstrip()), defects)
    headers = root.headers
    if not any(name in headers for name in ("from", "subject", "date", "to")):
        return None
    content = bodies.collect(root, max_attachment_bytes=limit, defects=defects)
    body = bodies.body(content, divide=False)
    senders = parse_mailboxes(headers.first("from")) or parse_mailboxes(headers.first("sender"))
    return NestedMessage(
        sender=senders[0] if senders else None,
        to=parse_mailboxes(headers.first("to"))[:_MAX_PEOPLE],
        date=date(headers.first("date")),
        subject=visible_text(headers.text("subject"))[:500],
        text=body.text,
        attachments=tuple(content.attachments),
        messages=_read_all(content.messages, room, depth + 1, limit, defects) if depth < MAX_DEPTH else (),
        marks=frozenset(content.marks),
        html=body.html_visible if body.is_formatted or "<img" in body.html_visible else "",
    )
