"""Where a token leads, and the header fields of marketing mail."""

import re
from functools import lru_cache

from django.conf import settings

from engagement.channels.models import Channel

MAIL_PREFIX = "u."  # care+u.<token>@pedralva.example
ONE_CLICK = "List-Unsubscribe=One-Click"
_NOT_IN_SENDER = re.compile(r"[^a-z0-9]+")
_NOT_IN_LABEL = re.compile(r"[^a-z0-9-]+")


def url_of(token: str) -> str:
    """Return the address of the page behind a token; the one-click POST goes to the same address (RFC 8058)."""
    return f"{settings.BASE_URL}/u/{token}/"


def preferences_url_of(token: str) -> str:
    """Return the address of the preference center behind a token; it is no way to unsubscribe by one click."""
    return f"{url_of(token)}choices/"


def feedback_id(*, campaign: str, kind: str, language: str, address: str) -> str:
    """Return a Feedback-ID, by which Gmail's Postmaster Tools tells campaigns apart: three identifiers of ours, then
    the sender's, of 5 to 15 letters.
    """
    sender = _NOT_IN_SENDER.sub("", address.rpartition("@")[2].lower())[:15]
    return f"{campaign}:{kind}:{language}:{sender.ljust(5, '0')}"


def headers_of(*, channel: Channel, token: str) -> dict[str, str]:
    """Return the fields of one marketing e-mail: List-Unsubscribe (RFC 2369 section 3.2: HTTPS first, then mail),
    List-Unsubscribe-Post (RFC 8058 section 3.1) and List-Id (RFC 2919). DKIM must cover the first two.
    """
    local, domain, list_id = _parts(channel.address)
    return {
        "List-Unsubscribe": (f"<{url_of(token)}>, <mailto:{local}+{MAIL_PREFIX}{token}@{domain}?subject=unsubscribe>"),
        "List-Unsubscribe-Post": ONE_CLICK,
        "List-Id": list_id,
    }


@lru_cache(maxsize=100)
def _parts(address: str) -> tuple[str, str, str]:
    local, _, domain = address.rpartition("@")
    label = _NOT_IN_LABEL.sub("-", local.lower()).strip("-") or "list"
    return local, domain, f"<marketing.{label}.{domain}>"
