"""The key by which a second delivery of the same e-mail to the same mailbox is known."""

import hashlib
import re
from datetime import datetime

_HEADERS_END = re.compile(rb"\r?\n\r?\n")
# What the sender wrote; relays add other fields (RFC 5321 section 4.4), and mailboxes still others.
_WRITTEN_BY_SENDER = re.compile(
    rb"(?:^|\n)((?:from|sender|reply-to|to|cc|date|subject|message-id|in-reply-to|references|mime-version|content-[a-z-]+)"
    rb":(?:[^\r\n]|\r?\n[ \t]|\r(?!\n))*)",
    re.IGNORECASE,
)


def digest_of(body: bytes) -> str:
    """Return a key for a delivery to which its provider gave none: the same for the same bytes."""
    return hashlib.sha256(body).hexdigest()


_NAMED = re.compile(rb"(?:^|\n)(?:message-id|date):[ \t\r\n]{0,20}[^\s]", re.IGNORECASE)
REPEATED_SECONDS = 600  # within which a message without Message-ID and Date may be a second delivery of the first


def delivery_key(raw: bytes, *, at: datetime | None = None, place: str = "") -> str:
    """Return the key of an e-mail: the same however often, and on whatever way, it is delivered.

    It is a hash over the fields that its sender wrote, the Message-ID among them, and everything below the header.
    Blanks and the order of fields do not count, nor line ends and blank lines at the end: relays and IMAP servers
    change them. Two messages that borrow one Message-ID are told apart. One that has neither Message-ID nor Date, as
    printers and forms write the same words again, is known only by its ``place`` in a mailbox, or for the ten minutes
    around ``at``.
    """
    end = _HEADERS_END.search(raw)
    header, body = (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")
    fields = sorted(b" ".join(field.split()) for field in _WRITTEN_BY_SENDER.findall(header))
    digest = hashlib.sha256(b"\n".join(fields) if fields else header)
    digest.update(b"\n\n" + body.replace(b"\r\n", b"\n").rstrip(b"\n"))
    if not _NAMED.search(header):
        when = f"{at.timestamp() // REPEATED_SECONDS:.0f}" if at else ""
        digest.update(f"\n{place or when}".encode())
    return f"email:{digest.hexdigest()}"
