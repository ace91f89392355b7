"""The items of the operating model: each app registers its own in ``apps.py`` (from its ``checks.py``).

An item is a query over the system's own data. It answers with a figure or says that there is not enough data; what
passes is decided here, from its threshold, which an organisation may change. An empty system passes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from engagement.operations.phrases import Kept

Area = Literal["conversation", "community", "collaboration", "campaign", "content"]
Aspect = Literal["govern", "analyse", "automate"]
AREAS: tuple[Area, ...] = ("conversation", "community", "collaboration", "campaign", "content")
ASPECTS: tuple[Aspect, ...] = ("govern", "analyse", "automate")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row behind a figure: what it is, why it counts, where it is mended.

    A title or a name is plain text; any other words are kept as codes and values (``operations.phrases``).
    """

    what: Kept
    why: Kept = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """What an item found.

    ``figure`` is None when there is too little to judge (``rows`` below the item's ``least``, or nothing that it
    speaks about exists). ``rows`` is how many things were looked at; ``evidence`` those that fail, the first 50: of a
    median or a mean, those that make it so. An item that can fail has rows to show whenever it does.
    """

    figure: float | None
    rows: int
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One question of the operating model.

    ``better`` says on which side of ``threshold`` a figure passes: "more" (figure >= threshold) or "less" (figure <=
    threshold). ``unit`` is "%", "min", "h", "days" or "" for a bare number; a share is given in per cent (0 to 100).
    ``least`` rows must have been looked at. ``mend_at`` names the URL (with no arguments) of the page on which it is
    mended. ``statement`` says what is so when it passes, as one lazy-translated sentence without full stop.
    ``finding`` says in the matrix what is wrong when it fails, with %(figure)s, %(target)s, %(count)s of rows, and
    %(first)s and %(why)s of the first of them. ``needs`` is a code of ``prerequisites``: what must exist before the
    item can be measured at all. ``is_additional``: asked beside the sixty of the model, and not counted among them.
    """

    name: str
    area: Area
    aspect: Aspect
    statement: Any
    measure: Callable[[datetime], Measured]
    threshold: float
    better: Literal["more", "less"] = "more"
    unit: str = "%"
    least: int = 1
    mend_at: str = "home"
    order: int = field(default=100)
    finding: Any = ""
    needs: str = ""
    is_additional: bool = False


def measure_nothing(now: datetime) -> Measured:
    """Answer for an item whose ``needs`` do not exist yet: there is nothing to look at."""
    return Measured(None, 0)


class ItemAlreadyRegistered(Exception):
    """Two items of one name."""


_items: dict[str, Item] = {}


def register(*items: Item) -> None:
    """Add items; called in ``apps.py``. Raises ItemAlreadyRegistered for a second, different one of a name."""
    for item in items:
        if _items.get(item.name, item) != item:
            raise ItemAlreadyRegistered(item.name)
        _items[item.name] = item


def registered() -> list[Item]:
    """Return every item: by area, aspect, order, name."""
    return sorted(
        _items.values(),
        key=lambda item: (AREAS.index(item.area), ASPECTS.index(item.aspect), item.order, item.name),
    )
