"""What tokens in email addresses are signed with."""

from __future__ import annotations

from django.conf import settings


def secrets() -> list[bytes]:
    """What tokens in addresses are signed with, the present one first."""
    return [secret.encode() for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
