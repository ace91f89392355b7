"""The settings of a channel for SMS: the account at a provider that speaks Twilio's API, and what HELP answers.

Stored in ``Channel.settings["sms"]`` {api_url, contact, per_month} and ``Channel.credentials["sms"]`` {user: account
SID, password: auth token}. Only this module knows those names.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Self

from engagement.channels.kind_settings import merge_side
from engagement.channels.models import Channel

SIDE = "sms"
USUAL_PER_MONTH = 4


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """All settings of a channel for SMS. ``api_url`` is empty where the installation's provider is meant."""

    account: str = ""
    token: str = field(default="", repr=False)
    api_url: str = ""
    contact: str = ""
    per_month: int = USUAL_PER_MONTH

    @classmethod
    def from_channel(cls, channel: Channel) -> Self:
        """Read a channel."""
        return cls.from_stored(channel.settings, channel.secrets)

    @classmethod
    def from_stored(cls, stored: dict[str, Any], secrets: dict[str, Any] | None = None) -> Self:
        """Read ``Channel.settings``, without ``secrets`` where credentials are not needed."""
        own, secret = stored.get(SIDE) or {}, (secrets or {}).get(SIDE) or {}
        return cls(
            account=str(secret.get("user") or ""),
            token=str(secret.get("password") or ""),
            api_url=str(own.get("api_url") or ""),
            contact=str(own.get("contact") or ""),
            per_month=int(own.get("per_month") or USUAL_PER_MONTH),
        )

    def to_channel(self, channel: Channel) -> None:
        """Write into a channel."""
        own = {"api_url": self.api_url, "contact": self.contact, "per_month": self.per_month}
        channel.settings = merge_side(channel.settings, SIDE, own)
        secret = {"user": self.account, "password": self.token}
        channel.credentials = merge_side(channel.secrets, SIDE, secret if self.account else None)

    def keep_secrets_of(self, before: Self) -> Self:
        """Return these settings with the token of ``before`` where none is given, for the same account and server."""
        is_same = (self.account, self.api_url) == (before.account, before.api_url)
        return replace(self, token=before.token) if is_same and not self.token else self

    def facts(self) -> dict[str, Any]:
        """Return all values by dotted name."""
        return {f"sms.{name}": getattr(self, name) for name in self.__slots__}
