"""Tokens of unsubscribe links: opaque to who reads them, and nobody else can make one.

``<token>`` is 26 bytes in base32 (RFC 4648): the transmission's key and 80 bits of HMAC-SHA256 over it.
Base32 in small letters because it also stands in the local part of a mail address, which mail systems may fold.
A link must work for as long as a mail lies in somebody's mailbox, so a token does not expire by itself; with
SECRET_KEY it is renewed, and SECRET_KEY_FALLBACKS still open the old ones.
"""

import base64
import binascii
import functools
import hashlib
import hmac
from uuid import UUID

from django.conf import settings

LENGTH = 42
_MAC_BYTES = 10
_PURPOSE = b"vilarejo/unsubscribe/1\x00"


def token_of(transmission_key: UUID) -> str:
    """Return the token of a transmission: 42 of a-z and 2-7. About 2 µs: it is made for each message of a campaign."""
    key = _derived(settings.SECRET_KEY)
    signed = transmission_key.bytes + hmac.digest(key, transmission_key.bytes, "sha256")[:_MAC_BYTES]
    return base64.b32encode(signed)[:LENGTH].decode("ascii").lower()


def key_in(token: str) -> UUID | None:
    """Return the key of the transmission whose token this is, in whatever case; None for what we never made."""
    if len(token) != LENGTH or not token.isascii():
        return None
    try:
        signed = base64.b32decode(token.upper() + "=" * (-LENGTH % 8))
    except binascii.Error:
        return None
    if base64.b32encode(signed)[:LENGTH].decode("ascii") != token.upper():
        return None  # spare bits were set: not the spelling that we gave out
    key, mac = signed[:16], signed[16:]
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    matches = [
        hmac.compare_digest(mac, hmac.digest(_derived(secret), key, "sha256")[:_MAC_BYTES]) for secret in secrets
    ]
    return UUID(bytes=key) if any(matches) else None


@functools.lru_cache(maxsize=16)
def _derived(secret: str) -> bytes:
    return hashlib.sha256(_PURPOSE + secret.encode()).digest()
