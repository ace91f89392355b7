"""One-time tokens of mailed links: derived from a row's key with our secret, and kept as a hash.

The database alone opens nothing: whoever reads it knows the key and the hash, and neither is the token.
"""

import base64
import hashlib
import hmac
from uuid import UUID

from django.conf import settings


def token_of(key: UUID, *, purpose: str) -> str:
    """Return the token of a row: 256 bits that nobody guesses, another for each ``purpose`` (HMAC-SHA-256)."""
    salt = f"vilarejo/{purpose}".encode() + b"\x00"
    mac = hmac.new(settings.SECRET_KEY.encode(), salt + key.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def hash_of(token: str) -> str:
    """Return what is kept of a token; whatever was typed has a hash."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
