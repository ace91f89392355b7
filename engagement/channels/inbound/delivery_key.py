"""The key by which a second delivery of the same e-mail to the same mailbox is known."""

import hashlib
import re

_HEADERS_END = re.compile(rb"\r?\n\r?\n")
_MESSAGE_ID = re.compile(rb"(?:^|\n)message-id:[ \t]*((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE)
_WRITTEN_BY_SENDER = re.compile(rb"(?:^|\n)((?:from|date|subject|to):(?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE)


def delivery_key(raw: bytes) -> str:
    """Return the key of an e-mail: the same however often, and on whatever way, it is delivered.

    It is a hash over the Message-ID and everything below the header: relays add header fields (RFC 5321 section
    4.4) and leave the rest alone. Line ends and blank lines at the end are not told apart, because IMAP servers
    change them. Without a Message-ID the fields From, Date, Subject and To stand in for it.
    """
    end = _HEADERS_END.search(raw)
    header, body = (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")
    found = _MESSAGE_ID.search(header)
    message_id = b"".join(found[1].split()) if found else b""
    if message_id:
        identity = b"id:" + message_id
    else:
        fields = sorted(b" ".join(field.split()) for field in _WRITTEN_BY_SENDER.findall(header))
        identity = b"\n".join([b"fields:", *fields]) if fields else b"whole:" + header
    digest = hashlib.sha256(identity + b"\n\n")
    digest.update(body.replace(b"\r\n", b"\n").rstrip(b"\n"))
    return f"email:{digest.hexdigest()}"
