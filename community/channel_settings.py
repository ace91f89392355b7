"""The settings of the community's channel: the address of the email channel that writes to members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from engagement.channels.models import Channel


@dataclass(frozen=True, slots=True)
class CommunityChannelSettings:
    """Stored in ``Channel.settings["email"]``; empty: the oldest email channel writes."""

    email: str = ""

    @classmethod
    def from_channel(cls, channel: Channel) -> Self:
        """Read a channel."""
        return cls(email=str(channel.settings.get("email") or ""))

    def to_channel(self, channel: Channel) -> None:
        """Write into a channel."""
        others = {name: value for name, value in channel.settings.items() if name != "email"}
        channel.settings = {**others, "email": self.email} if self.email else others

    def keep_secrets_of(self, before: Self) -> Self:
        """There are no secrets."""
        return self

    def facts(self) -> dict[str, Any]:
        """Return all values by name."""
        return {"email": self.email}
