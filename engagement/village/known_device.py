"""Browsers in which somebody has signed in before: the wrong guesses of others do not keep them out.

A cookie that is signed by us names the accounts that signed in there (OWASP, "Slow down online guessing attacks with
device cookies"). It signs nobody in: the password and the second factor are asked for as ever. Its only effect is that
tries from this browser are counted by themselves, and no longer together with those of everybody behind one address.
"""

import hashlib
import secrets
from ipaddress import IPv6Address

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac

COOKIE = "device"
LASTS_SECONDS = 365 * 24 * 60 * 60
MAX_ACCOUNTS = 5  # of one browser; the oldest goes
_SALT = "village.known_device"
_NETWORK = 0xFD << 120  # addresses that nobody on the internet has (RFC 4193)


def remember_device(request: HttpRequest, response: HttpResponse, *, email: str) -> None:
    """Let the browser be known as one in which this account has signed in."""
    nonce, accounts = _read(request) or (secrets.token_urlsafe(12), [])
    account = _account(email)
    accounts = [*(one for one in accounts if one != account), account][-MAX_ACCOUNTS:]
    response.set_cookie(
        COOKIE,
        signing.dumps([nonce, accounts], salt=_SALT),
        max_age=LASTS_SECONDS,
        path=reverse("account_login"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def device_address(request: HttpRequest, *, email: str) -> str | None:
    """Return what stands for the client's address where tries are counted; None for a browser that is not known."""
    known = _read(request)
    if known is None or _account(email) not in known[1]:
        return None
    digest = hashlib.sha256(f"{known[0]}:{_account(email)}".encode()).digest()
    return str(IPv6Address(_NETWORK | int.from_bytes(digest[:15], "big")))


def _read(request: HttpRequest) -> tuple[str, list[str]] | None:
    try:
        nonce, accounts = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=LASTS_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(nonce), [str(one) for one in accounts]


def _account(email: str) -> str:
    return salted_hmac(_SALT, email.strip().lower()).hexdigest()[:24]
