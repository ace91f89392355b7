"""The figures on top of a profile's page. Apps register theirs in ``apps.py``; this app knows none of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from engagement.village.models import User


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is exact, what it counts, and a comparison; ``url`` opens the rows behind it. ``down``: the
    comparison is bad news.
    """

    value: str
    label: Any
    beside: Any = ""
    url: str = ""
    down: bool = False


Count = Callable[[Sequence[UUID], User, datetime], Figure | None]


@dataclass(frozen=True, slots=True)
class Counter:
    """``count(profiles, reader, now)``: a figure over the person's profiles, or None; a fixed number of queries."""

    name: str
    count: Count
    permission: str = ""
    order: int = 100


_counters: dict[str, Counter] = {}


def register(counter: Counter) -> None:
    """Add a figure; a second registration of one name replaces the first."""
    _counters[counter.name] = counter


def figures_for(*, profiles: Sequence[UUID], reader: User, now: datetime) -> list[Figure]:
    """Return the figures that this reader may see, in order."""
    allowed = [
        counter
        for counter in sorted(_counters.values(), key=lambda counter: (counter.order, counter.name))
        if not counter.permission or reader.has_perm(counter.permission)
    ]
    found = [counter.count(profiles, reader, now) for counter in allowed]
    return [figure for figure in found if figure is not None]
