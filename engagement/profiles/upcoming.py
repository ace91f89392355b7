"""What is about to reach a customer: apps that send ahead of time register here; this one knows none of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Upcoming:
    """Something that will be sent to a profile: what it is called, where it is looked at, and when it leaves (None:
    as soon as it can). ``stopped`` says in the reader's language why it will not leave as things stand, else empty.
    """

    profile_id: UUID
    title: str
    url: str
    at: datetime | None
    stopped: str = ""


Read = Callable[[Sequence[UUID], datetime], Sequence[Upcoming]]
_sources: list[Read] = []


def register(read: Read) -> None:
    """Add ``read(profile_ids, now)``, which runs a fixed number of queries; called in ``apps.py``. Safe to repeat."""
    if read not in _sources:
        _sources.append(read)


def upcoming_for(profile_ids: Sequence[UUID], now: datetime) -> dict[UUID, list[Upcoming]]:
    """Return what is about to reach each of these profiles, the soonest first."""
    found: dict[UUID, list[Upcoming]] = {profile_id: [] for profile_id in profile_ids}
    for read in _sources if profile_ids else ():
        for one in read(profile_ids, now):
            if one.profile_id in found:
                found[one.profile_id].append(one)
    for those in found.values():
        those.sort(key=lambda one: (one.at is not None, one.at or now, one.title))
    return found
