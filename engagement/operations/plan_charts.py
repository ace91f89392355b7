"""Where the plan's drawings put their lines: the timeline of milestones and the burn-up. Whole pixels of an SVG."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engagement.operations.selectors.plan import MilestoneRow, Progress

_LEFT, _RIGHT, _TOP, _ROW = 132, 717, 34, 28
_MAX_MONTH_LABELS = 12
_MAX_POINTS = 120
_WIDTH, _BASE, _CEILING = 250, 104, 18


@dataclass(frozen=True, slots=True)
class Bar:
    """One milestone of the timeline. ``fill``: how wide the part is that is done; ``first``: its first promise."""

    row: MilestoneRow
    x: str
    width: str
    fill: str
    y: str
    label_x: str
    label_y: str
    first: str
    first_top: str
    first_bottom: str


@dataclass(frozen=True, slots=True)
class Month:
    """A line of the grid."""

    day: date
    x: str
    label_x: str
    is_named: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """The milestones between the first start and the last end."""

    bars: Sequence[Bar]
    months: Sequence[Month]
    today_x: str
    today_label_x: str
    height: str
    bottom: str
    label_y: str
    first: date
    last: date


def draw_timeline(rows: Sequence[MilestoneRow], *, today: date) -> Timeline | None:
    """Return the drawing; None without milestones."""
    if not rows:
        return None
    first = min(min(row.milestone.starts_on for row in rows), today).replace(day=1)
    last = _month_after(max(max(_end(row, today) for row in rows), today))
    days = max((last - first).days, 1)

    def place(day: date) -> int:
        return _LEFT + round((day - first).days * (_RIGHT - _LEFT) / days)

    bars = [
        _bar(
            row, number, place(row.milestone.starts_on), place(_end(row, today)), place(row.milestone.first_promised_on)
        )
        for number, row in enumerate(rows)
    ]
    bottom = _TOP + len(rows) * _ROW - 2
    here = place(today)
    return Timeline(
        bars,
        _months(first, last, place),
        str(here),
        str(here + 4),
        str(bottom + 14),
        str(bottom),
        str(bottom + 10),
        first,
        last,
    )


def _end(row: MilestoneRow, today: date) -> date:
    """Where the bar ends: what is late grows until today or its delivery."""
    late = (row.milestone.delivered_on or today) if row.days else row.milestone.promised_on
    return max(late, row.milestone.promised_on)


def _bar(row: MilestoneRow, number: int, start: int, end: int, first: int) -> Bar:
    y, width = _TOP + number * _ROW, max(end - start, 4)
    share = 1.0 if row.milestone.delivered_on is not None else row.done / row.items if row.items else 0.0
    fill = max(round(width * share), 4)
    return Bar(
        row,
        str(start),
        str(width),
        str(fill),
        str(y),
        str(start + width + 8),
        str(y + 10),
        str(first),
        str(y - 3),
        str(y + 15),
    )


def _months(first: date, last: date, place: Callable[[date], int]) -> list[Month]:
    days, day = [], first
    while day <= last:
        days.append(day)
        day = _month_after(day)
    step = -(-len(days) // _MAX_MONTH_LABELS)
    return [
        Month(day, str(place(day)), str(place(day) + 4), number % step == 0)
        for number, day in enumerate(days)
        if number % step == 0 or len(days) <= 36
    ]


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


@dataclass(frozen=True, slots=True)
class BurnUp:
    """Lines of the burn-up: "x,y x,y …". ``forecast`` is empty when there is none; ``promised_x`` too."""

    scope: str
    done: str
    forecast: str
    promised_x: str
    end_x: str
    end_y: str
    end_label_y: str
    scope_y: str
    first: date
    last: date


def draw_burn_up(found: Progress) -> BurnUp | None:
    """Return the drawing; None for fewer than two days of work."""
    if not found.scope:
        return None
    first = found.scope[0][0]
    last = max(found.today, found.forecast_on or found.today, found.promised_on or found.today)
    last = min(last, found.today + timedelta(days=max((found.today - first).days, 60) * 2))
    days = max((last - first).days, 1)
    top = max(found.total, 1)

    def point(day: date, count: int) -> tuple[int, int]:
        x = round(min(max((day - first).days, 0), days) * _WIDTH / days)
        return x, round(_BASE - count * (_BASE - _CEILING) / top)

    here = point(found.today, found.finished)
    scope_here = point(found.today, found.total)
    forecast = ""
    if found.forecast_on is not None and found.forecast_on <= last:
        forecast = _joined([here, point(found.forecast_on, found.total)])
    return BurnUp(
        scope=_joined([*(point(*one) for one in _steps(found.scope)), scope_here, point(last, found.total)]),
        done=_joined([(0, _BASE), *(point(*one) for one in _steps(found.done)), here]),
        forecast=forecast,
        promised_x=str(point(found.promised_on, 0)[0]) if found.promised_on and found.promised_on <= last else "",
        end_x=str(min(here[0] + 4, 200)),
        end_y=str(here[1]),
        end_label_y=str(min(here[1] + 14, _BASE - 4)),
        scope_y=str(scope_here[1] + 4),
        first=first,
        last=last,
    )


def _steps(line: Sequence[tuple[date, int]]) -> Sequence[tuple[date, int]]:
    step = -(-len(line) // _MAX_POINTS) or 1
    return [*line[::step], *line[-1:]]


def _joined(points: Iterable[tuple[int, int]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
