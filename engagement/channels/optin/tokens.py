"""The token of a confirmation link: derived from the request's key with our secret, so that the database alone confirms
nothing, and kept as a hash.
"""

import base64
import hashlib
import hmac
from uuid import UUID

from django.conf import settings
from django.urls import reverse

_SALT = b"vilarejo/opt-in/1\x00"


def token_of(key: UUID) -> str:
    """Return the token of a request: 256 bits that nobody guesses."""
    mac = hmac.new(settings.SECRET_KEY.encode(), _SALT + key.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def hash_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def url_of(key: UUID) -> str:
    """Return the address that is mailed."""
    return f"{settings.BASE_URL}{reverse('optin:confirmation', args=[token_of(key)])}"
