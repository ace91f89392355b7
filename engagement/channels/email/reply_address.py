"""Reply addresses that carry their conversation, signed, so that nobody can write into another's.

``care@pedralva.example`` becomes ``care+<token>@pedralva.example`` (subaddressing, RFC 5233). The token is
26 bytes in base32: the conversation's UUID and 80 bits of HMAC-SHA256 over it. Base32 because mail systems
on the way may change the case of a local part. The mailbox is not signed, so that it may be renamed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from uuid import UUID

MAC_BYTES = 10
TOKEN_LENGTH = 42
MAX_LOCAL_PART = 64
_PURPOSE = b"vilarejo/email/reply-address/1\x00"


def sign(conversation_key: UUID, *, mailbox: str, secret: bytes) -> str:
    """The address of ``mailbox`` whose mail belongs to the conversation.

    Raises ValueError when ``mailbox`` is no address, or its local part has more than 21 characters, which
    leaves the token no room in the 64 that RFC 5321 section 4.5.3.1.1 allows.
    """
    local, at, domain = mailbox.rpartition("@")
    if not (local and at and domain):
        raise ValueError("The mailbox is not an e-mail address.")
    signed = conversation_key.bytes + _mac(conversation_key.bytes, secret)
    address_local = f"{local}+{base64.b32encode(signed).decode('ascii').rstrip('=').lower()}"
    if len(address_local.encode()) > MAX_LOCAL_PART:
        raise ValueError("The mailbox's name is too long for a reply address.")
    return f"{address_local}@{domain}"


def verify(address: str, *, secrets: Iterable[bytes]) -> UUID | None:
    """The conversation that ``address`` was signed for with one of ``secrets``, or None. Never raises."""
    token = address.rpartition("@")[0].rpartition("+")[2].lower()
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    try:
        signed = base64.b32decode(token.upper() + "=" * (-TOKEN_LENGTH % 8))
    except binascii.Error:
        return None
    if base64.b32encode(signed).decode("ascii").rstrip("=").lower() != token:
        return None
    key, mac = signed[:16], signed[16:]
    matches = [hmac.compare_digest(mac, _mac(key, secret)) for secret in secrets]
    return UUID(bytes=key) if any(matches) else None


def _mac(key: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, _PURPOSE + key, hashlib.sha256).digest()[:MAC_BYTES]
