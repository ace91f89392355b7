"""``Authorization: Bearer vil_…``: who speaks, and what the token allows."""

import hmac
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from engagement.api.actions import digest_of
from engagement.api.models import ApiToken
from engagement.village.models import User
from engagement.village.selectors.second_factor import lacks_second_factor

_USED_EVERY = timedelta(minutes=1)
_NO_SECOND_FACTOR = (
    "A role of this token's owner demands a second factor and they have none. Sign in at the pages and set up an"
    " authenticator app; the token works from then on."
)


class TokenAuthentication(BaseAuthentication):
    """RFC 6750 Bearer tokens, compared by keyed hash in constant time."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the person and the token; None when the request has no Bearer token.

        Raises AuthenticationFailed;
        PermissionDenied while the person lacks the second factor that one of their roles demands.
        """
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        parts = text.strip().split("_", 2)
        if len(parts) != 3 or parts[0] != "vil" or "\x00" in text:
            raise AuthenticationFailed("This is not a token of this API. A token looks like vil_1a2b3c4d_….")
        token = ApiToken.objects.select_related("person").filter(prefix=parts[1][:12]).first()
        if token is None or not _matches(token, parts[2]):
            raise AuthenticationFailed("This token is not known here.")
        now = timezone.now()
        if not token.is_valid(now):
            raise AuthenticationFailed("This token has expired or was revoked. Make a new one.")
        if not token.person.is_active:
            raise AuthenticationFailed("The person of this token may not sign in any more.")
        if lacks_second_factor(token.person):
            raise PermissionDenied(_NO_SECOND_FACTOR)
        if token.last_used_at is None or now - token.last_used_at > _USED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 asks for."""
        return "Bearer"


def _matches(token: ApiToken, secret: str) -> bool:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(hmac.compare_digest(token.digest, digest_of(secret, key=key)) for key in keys)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the schema of TokenAuthentication."""

    target_class = "engagement.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the OpenAPI security scheme."""
        return {"type": "http", "scheme": "bearer"}
