"""Return paths that carry their message, signed: a bounce that comes back to one is about that message.

``care@pedralva.example`` becomes ``care+b<token>@pedralva.example`` (variable envelope return path; RFC 5233). The
token is 25 bytes in base32: the transmission's UUID and 72 bits of HMAC-SHA256 over it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from uuid import UUID

MAC_BYTES = 9
TOKEN_LENGTH = 40
MAX_LOCAL_PART = 64
MAX_FOUND = 20
_PREFIX = "b"
_PURPOSE = b"vilarejo/email/return-path/1\x00"
_ANYWHERE = re.compile(rb"\+b([A-Za-z2-7]{40})(?:@|=40|%40|=)")


def sign_return_path(transmission_id: UUID, *, mailbox: str, secret: bytes) -> str:
    """The reverse-path of a message from ``mailbox``; the plain mailbox where its name leaves the token no room."""
    local, at, domain = mailbox.rpartition("@")
    signed = transmission_id.bytes + _mac(transmission_id.bytes, secret)
    token = base64.b32encode(signed).decode("ascii").lower()
    path = f"{local}+{_PREFIX}{token}"
    if not (local and at and domain) or len(path.encode()) > MAX_LOCAL_PART:
        return mailbox
    return f"{path}@{domain}"


def verify_return_path(address: str, *, secrets: Sequence[bytes]) -> UUID | None:
    """The transmission whose return path ``address`` is, or None. Never raises."""
    token = address.rpartition("@")[0].rpartition("+")[2]
    return _verified(token[1:], secrets) if token[:1].lower() == _PREFIX else None


def find_return_paths(source: bytes, *, secrets: Sequence[bytes]) -> list[UUID]:
    """The transmissions whose return paths stand anywhere in ``source``, as in a returned header."""
    found: Iterable[bytes] = dict.fromkeys(_ANYWHERE.findall(source))
    keys = (_verified(token.decode("ascii"), secrets) for token in list(found)[:MAX_FOUND])
    return [key for key in keys if key is not None]


def _verified(token: str, secrets: Sequence[bytes]) -> UUID | None:
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    try:
        signed = base64.b32decode(token.upper())
    except binascii.Error:
        return None
    key, mac = signed[:16], signed[16:]
    matches = [hmac.compare_digest(mac, _mac(key, secret)) for secret in secrets]
    return UUID(bytes=key) if any(matches) else None


def _mac(key: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, _PURPOSE + key, hashlib.sha256).digest()[:MAC_BYTES]
