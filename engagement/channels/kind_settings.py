"""What can be set for a channel of each kind: one typed class per kind, the only reader and writer of
``Channel.settings`` and ``Channel.credentials``.

The form, the API, the test, the poller and the sender all read a channel through ``settings_of``. An app registers
the class of its kind in ``apps.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, Self

from engagement.channels.models import Channel


class KindSettings(Protocol):
    """The settings of one kind of channel, secrets included."""

    @classmethod
    def from_channel(cls, channel: Channel) -> Self:
        """Read what a channel holds; what is not said has its default."""
        ...

    def to_channel(self, channel: Channel) -> None:
        """Write into ``channel`` (not saved); keys of the channel that are not of this class stay as they are."""
        ...

    def keep_secrets_of(self, before: Self) -> Self:
        """Return these settings with the secrets of ``before`` where none was given and they are for the same
        account on the same server: a kept secret is never sent to another host.
        """
        ...

    def facts(self) -> dict[str, Any]:
        """Return all values by dotted name, without secrets' values elsewhere than under names of ``SECRETS``."""
        ...


SECRETS = frozenset({"password", "token", "private"})
_classes: dict[str, type[KindSettings]] = {}


class SettingsAlreadyRegistered(Exception):
    """Two classes of settings for one kind."""


def register_settings(kind: str, settings_class: type[KindSettings]) -> None:
    """Say which class holds the settings of ``kind``. Raises SettingsAlreadyRegistered."""
    if _classes.get(kind, settings_class) is not settings_class:
        raise SettingsAlreadyRegistered(kind)
    _classes[kind] = settings_class


def settings_of(channel: Channel) -> KindSettings | None:
    """Return the settings of a channel; None for a kind that has none to set."""
    found = _classes.get(channel.kind)
    return found.from_channel(channel) if found else None


def public_facts(settings: KindSettings | None) -> dict[str, Any]:
    """Return the values that may be shown, nested by their dotted names; of a secret, only whether one is kept."""
    shown: dict[str, Any] = {}
    for name, value in (settings.facts() if settings else {}).items():
        *path, last = name.split(".")
        place = shown
        for step in path:
            place = place.setdefault(step, {})
        if last in SECRETS:
            place[f"has_{last}"] = bool(value)
        else:
            place[last] = value
    return shown


def merge_side(kept: Mapping[str, Any], side: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return ``kept`` with one side replaced, or without it."""
    others = {name: value for name, value in kept.items() if name != side}
    return {**others, side: dict(given)} if given else others
