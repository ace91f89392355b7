"""Make and revoke API tokens."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from engagement.api.models import SCOPES, ApiToken
from engagement.village.audit import Origin, record
from engagement.village.models import User

LONGEST_LIFE = timedelta(days=366)


class TokenRefused(ValueError):
    """A token that may not be made; the message says why."""


def digest_of(secret: str, *, key: str | None = None) -> str:
    """Return the keyed hash (HMAC-SHA256) of a token's secret part: fast, since the secret has 256 random bits."""
    return hmac.new((key or settings.SECRET_KEY).encode(), secret.encode(), hashlib.sha256).hexdigest()


def make_token(
    *,
    person: User,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime,
    now: datetime,
    origin: Origin = Origin(),  # noqa: B008
) -> tuple[ApiToken, str]:
    """Make a token; return it with its full text, ``vil_<prefix>_<secret>``, which cannot be had again.

    Raises TokenRefused for an unknown scope, none, or an expiry that is past or more than a year away.
    """
    if not scopes or set(scopes) - set(SCOPES):
        raise TokenRefused(f"choose one or more of: {', '.join(SCOPES)}")
    if not now < expires_at <= now + LONGEST_LIFE:
        raise TokenRefused("a token expires between now and a year from now")
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ApiToken.objects.create(
            person=person,
            name=name[:100],
            prefix=prefix,
            digest=digest_of(secret),
            scopes=sorted(set(scopes)),
            created_at=now,
            expires_at=expires_at,
        )
        record(
            actor=person,
            action="api_token.made",
            subject=token,
            now=now,
            detail={"scopes": token.scopes},
            origin=origin,
        )
    return token, f"vil_{prefix}_{secret}"


def revoke_token(*, token: ApiToken, actor: User, now: datetime, origin: Origin = Origin()) -> ApiToken:  # noqa: B008
    """End a token at once. Safe to repeat."""
    with transaction.atomic():
        locked = ApiToken.objects.select_for_update().get(pk=token.pk)
        if locked.revoked_at is None:
            locked.revoked_at = now
            locked.save(update_fields=["revoked_at"])
            record(actor=actor, action="api_token.revoked", subject=locked, now=now, origin=origin)
    return locked


def revoke_all_tokens(person: User, actor: User, now: datetime) -> int:
    """End every token of a person; return how many. Part of ending their access (engagement/village/endings.py)."""
    tokens = list(ApiToken.objects.filter(person=person, revoked_at=None).order_by("key"))
    for token in tokens:
        revoke_token(token=token, actor=actor, now=now)
    return len(tokens)
