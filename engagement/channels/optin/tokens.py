"""The link that confirms a sign-up."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse

from engagement import tokens

_PURPOSE = "opt-in/1"


def token_of(key: UUID) -> str:
    """Return the token of a request."""
    return tokens.token_of(key, purpose=_PURPOSE)


def url_of(key: UUID) -> str:
    """Return the address that is mailed."""
    return f"{settings.BASE_URL}{reverse('optin:confirmation', args=[token_of(key)])}"
