"""The line of an item's figures over time, as the page draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engagement.operations.checklist import Item
from engagement.operations.models import Answer

WIDTH, HEIGHT, LEFT, BOTTOM = 560.0, 150.0, 44.0, 24.0
_LEAST_POINTS = 2


@dataclass(frozen=True, slots=True)
class Chart:
    """Coordinates of an SVG of 560 by 150. ``points``: "x,y x,y …"; ``threshold_y``: the line to pass."""

    points: str
    threshold_y: float
    top: float
    first: date
    last: date
    end_x: float
    end_y: float


def drawn(history: Sequence[Answer], item: Item) -> Chart | None:
    """Return the chart of the days that have a figure; None for fewer than two."""
    days = [answer for answer in history if answer.figure is not None]
    if len(days) < _LEAST_POINTS:
        return None
    top = max([*(answer.figure or 0.0 for answer in days), days[-1].threshold]) or 1.0
    if item.unit == "%":
        top = 100.0
    first, last = days[0].day, days[-1].day
    span = max((last - first).days, 1)
    places = [
        (LEFT + (answer.day - first).days / span * (WIDTH - LEFT - 8), _height(answer.figure or 0.0, top))
        for answer in days
    ]
    return Chart(
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places),
        threshold_y=_height(days[-1].threshold, top),
        top=top,
        first=first,
        last=last,
        end_x=places[-1][0],
        end_y=places[-1][1],
    )


def _height(figure: float, top: float) -> float:
    return 8 + (HEIGHT - BOTTOM - 8) * (1 - min(figure / top, 1.0))
