"""Who must know of a withdrawal before it is committed. Apps above register here; this one knows none of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID


class Told(Protocol):
    """Called inside the withdrawing transaction, with every profile of the person.

    ``channel`` is a kind, empty for every channel. What it raises undoes the withdrawal.
    """

    def __call__(self, *, profile_ids: Sequence[UUID], channel: str, purpose: str, now: datetime) -> object: ...


_told: list[Told] = []


def register(told: Told) -> None:
    """Add a function; called in ``apps.py``. Safe to repeat."""
    if told not in _told:
        _told.append(told)


def tell(*, profile_ids: Sequence[UUID], channel: str, purpose: str, now: datetime) -> None:
    """Call everyone who registered, in their order."""
    for told in _told:
        told(profile_ids=profile_ids, channel=channel, purpose=purpose, now=now)
