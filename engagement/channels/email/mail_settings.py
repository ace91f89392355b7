"""What an email channel may be told about the mail servers and forms around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

RETURN_PATH = "return_path"
RETURN_PATHS = ("auto", "signed", "plain")
CUSTOMER_IN_REPLY_TO = "customer_in_reply_to"
CUSTOMER_MODES = ("auto", "always", "never")


def has_signed_return_path(channel_settings: Mapping[str, Any]) -> bool:
    """Whether bounces of a channel may come back to its address with a token behind a plus sign.

    Unless it is set: yes where our own listener takes its mail, no for a mailbox that is fetched by IMAP, whose server
    may not know such addresses.
    """
    mode = channel_settings.get(RETURN_PATH) or "auto"
    if mode == "auto":
        return not (channel_settings.get("imap") or {}).get("host")
    return bool(mode == "signed")


def customer_in_reply_to(channel_settings: Mapping[str, Any]) -> str:
    """``auto``, ``always`` or ``never``: whether Reply-To names the customer (as in mail of a contact form)."""
    mode = channel_settings.get(CUSTOMER_IN_REPLY_TO)
    return mode if mode in CUSTOMER_MODES else "auto"


def secrets() -> list[bytes]:
    """What tokens in addresses are signed with, the present one first."""
    return [secret.encode() for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
