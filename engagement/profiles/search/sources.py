"""Where else people are found: by what they said. Apps above fill this registry; this one knows none of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from engagement.village.models import User


@dataclass(frozen=True, slots=True)
class Said:
    """Words of a person, or to them: where they stand, and when they were said."""

    profile_id: UUID
    text: str
    at: datetime
    url: str


Find = Callable[[str, User, int], Sequence[Said]]


@dataclass(frozen=True, slots=True)
class Source:
    """``find(words, reader, most)``: the newest places that this reader may see, with a fixed number of queries.

    Asked only for who has ``permission``; ``label`` says where it was said.
    """

    name: str
    label: Any
    icon: str
    find: Find
    permission: str
    order: int = 100


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Add a source; a second registration of one name replaces the first."""
    _sources[source.name] = source


def sources_for(reader: User) -> list[Source]:
    """Those that this reader may ask, in order."""
    those = sorted(_sources.values(), key=lambda source: (source.order, source.name))
    return [source for source in those if reader.has_perm(source.permission)]
