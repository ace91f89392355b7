"""How many moments stand behind each filter of a person's timeline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from engagement.profiles import timeline
from engagement.profiles.selectors.timeline_page import Wanted
from engagement.profiles.timeline import ANY, Asked, Tally
from engagement.village.models import User


@dataclass(frozen=True, slots=True)
class Counts:
    """Exact numbers. Each stands for what would be shown if only that one filter were chosen otherwise."""

    tallies: Sequence[Tally]
    wanted: Wanted

    def of(self, name: str, value: Any) -> int:
        """How many there are with the filter ``name`` (a field of Wanted) at ``value``."""
        return _number(self.tallies, replace(self.wanted, **{name: value}))


def count(*, profiles: Sequence[UUID], reader: User, wanted: Wanted) -> Counts:
    """Count over the sources that the reader may see: one or two queries of each, however many moments there are."""
    asked = Asked(profiles=profiles, reader=reader, words=wanted.words)
    found = [tally for source in timeline.sources_for(reader=reader) for tally in source.tally(asked)]
    return Counts(found, wanted)


def _number(tallies: Iterable[Tally], wanted: Wanted) -> int:
    return sum(tally.number for tally in tallies if _is_wanted(tally, wanted))


def _is_wanted(tally: Tally, wanted: Wanted) -> bool:
    return (
        wanted.direction in ("", tally.direction)
        and (wanted.channel in ("", tally.channel) or tally.channel == ANY)
        and wanted.purpose in ("", tally.purpose)
        and (wanted.department is None or wanted.department in tally.departments)
    )
