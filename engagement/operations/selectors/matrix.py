"""The five Cs, each governed, analysed and automated: what the last count found."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Min
from django.utils import timezone

from engagement.operations.checklist import AREAS, ASPECTS, Item, registered
from engagement.operations.maturity import KEPT_DAYS, LEVELS, score
from engagement.operations.models import Answer, AreaOwner, Outcome, Waiver
from engagement.operations.names import AREA_NAMES, ASPECT_NAMES
from engagement.operations.prerequisites import describe_missing

PERIODS = {"week": 7, "quarter": 91, "year": 365}  # days back that the page compares with
STALE_DAYS = 7  # an answer that is older says nothing of a day
_WORST = {Outcome.FAIL: 0, Outcome.INSUFFICIENT: 1, Outcome.WAIVED: 2, Outcome.PASS: 3}


@dataclass(frozen=True, slots=True)
class Line:
    """One item with its last answer; ``waiver`` while one is in force. Never counted: ``answer`` is None."""

    item: Item
    answer: Answer | None
    waiver: Waiver | None

    @property
    def outcome(self) -> str:
        """What is said of it: an item that was never counted has not enough data."""
        return self.answer.outcome if self.answer else Outcome.INSUFFICIENT

    @property
    def missing(self) -> str:
        """Why there is not enough data, in the reader's language; empty where there is."""
        return describe_missing(self.item, self.answer) if self.outcome == Outcome.INSUFFICIENT else ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One C under one aspect. ``worst`` is the line that its square shows; None when no item is registered.

    ``lines`` are the model's own; ``additional`` those that are asked beside them, which count nowhere.
    """

    area: str
    aspect: str
    aspect_name: Any
    lines: list[Line]
    additional: list[Line]
    level: int
    passed: int
    passed_days: int
    level_before: int | None

    @property
    def level_name(self) -> Any:
        """The level in a word."""
        return LEVELS[self.level]

    @property
    def worst(self) -> Line | None:
        """What fails, else what cannot be judged, else what is waived, else the first."""
        return min(self.lines, key=lambda line: _WORST[Outcome(line.outcome)], default=None)

    @property
    def change(self) -> int:
        """How many levels it rose since the day that it is compared with; 0 where there is none."""
        return 0 if self.level_before is None else self.level - self.level_before

    @property
    def merlons(self) -> list[tuple[float, str]]:
        """Where each of the five squares stands, and whether it is on."""
        return [(step * 14 + 0.5, "on" if step < self.level else "off") for step in range(5)]


@dataclass(frozen=True, slots=True)
class Row:
    """One C: its owner and its three cells."""

    area: str
    name: Any
    owner: Any
    cells: list[Cell]

    @property
    def level(self) -> float:
        """The mean of the three cells."""
        return sum(cell.level for cell in self.cells) / len(self.cells)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What stood on one day: the level of each cell, how many items passed, failed, could not be judged."""

    day: date
    levels: Mapping[tuple[str, str], int]
    totals: Mapping[str, int]

    @property
    def level(self) -> float:
        """Maturity of that day: the mean of the cells."""
        return sum(self.levels.values()) / len(self.levels)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole. ``counted_at`` is None when nothing was ever counted; ``before``: what it is compared with."""

    rows: list[Row]
    totals: Mapping[str, int]
    counted_at: datetime | None
    next_waiver: Waiver | None
    before: Snapshot | None

    @property
    def change(self) -> float:
        """How far maturity rose since the day that it is compared with; 0 where there is none."""
        return 0.0 if self.before is None else round(self.level - self.before.level, 1)

    @property
    def level(self) -> float:
        """Maturity as measured: the mean of the fifteen cells."""
        return sum(row.level for row in self.rows) / len(self.rows)

    @property
    def items(self) -> int:
        """How many questions there are."""
        return sum(self.totals.values())

    @property
    def lines(self) -> list[Line]:
        """Every line, in the order of the matrix."""
        return [line for row in self.rows for cell in row.cells for line in cell.lines]

    @property
    def additional(self) -> list[Line]:
        """What is asked beside the model, in the order of the matrix."""
        return [line for row in self.rows for cell in row.cells for line in cell.additional]


def matrix(*, now: datetime, compared_days: int = 0) -> Matrix:
    """Return the last answers of all items. Four queries.

    ``compared_days``: beside what stood so many days ago, or on the first day that was counted if that is later. Three
    more.
    """
    items = registered()
    answers = _latest(items)
    waivers = {waiver.item: waiver for waiver in Waiver.objects.in_force(now).select_related("person")}
    lines = [Line(item, answers.get(item.name), waivers.get(item.name)) for item in items]
    kept = _passed_days(items, timezone.localtime(now).date())
    own_waivers = [line.waiver for line in lines if line.waiver is not None and not line.item.is_additional]
    before = _snapshot(items, now=now, days=compared_days) if compared_days else None
    owners = {owner.area: owner.person for owner in AreaOwner.objects.select_related("person")}
    return Matrix(
        rows=[
            Row(
                area,
                AREA_NAMES[area],
                owners.get(area),
                [_cell(area, aspect, lines, kept, before) for aspect in ASPECTS],
            )
            for area in AREAS
        ],
        totals=Counter(line.outcome for line in lines if not line.item.is_additional),
        counted_at=max((answer.at for answer in answers.values()), default=None),
        next_waiver=min(own_waivers, key=lambda waiver: waiver.until, default=None),
        before=before,
    )


def _cell(area: str, aspect: str, lines: Sequence[Line], kept: Mapping[str, int], before: Snapshot | None) -> Cell:
    all_lines = [line for line in lines if line.item.area == area and line.item.aspect == aspect]
    own = [line for line in all_lines if not line.item.is_additional]
    outcomes = [line.outcome for line in own]
    days = min((kept.get(line.item.name, 0) for line in own), default=0)
    return Cell(
        area=area,
        aspect=aspect,
        aspect_name=ASPECT_NAMES[aspect],
        lines=own,
        additional=[line for line in all_lines if line.item.is_additional],
        level=score(outcomes=outcomes, passed_days=days),
        passed=outcomes.count(Outcome.PASS),
        passed_days=days,
        level_before=before.levels[area, aspect] if before is not None else None,
    )


def _snapshot(items: Sequence[Item], *, now: datetime, days: int) -> Snapshot | None:
    """What stood so many days ago, or on the first day that was counted; None when that is today or never was."""
    today = timezone.localtime(now).date()
    own = [item for item in items if not item.is_additional]
    names = [item.name for item in own]
    first = Answer.objects.filter(item__in=names).aggregate(day=Min("day"))["day"]
    if first is None or first >= today:
        return None
    day = max(today - timedelta(days=days), first)
    newest = Answer.objects.filter(item__in=names, day__lte=day, day__gt=day - timedelta(days=STALE_DAYS))
    found = dict(newest.order_by("item", "-day").distinct("item").values_list("item", "outcome"))
    kept = _passed_days(own, day)
    outcomes = {name: found.get(name, Outcome.INSUFFICIENT) for name in names}
    cells: dict[tuple[str, str], list[str]] = {(area, aspect): [] for area in AREAS for aspect in ASPECTS}
    for item in own:
        cells[item.area, item.aspect].append(item.name)
    levels = {
        cell: score(
            outcomes=[outcomes[name] for name in inside],
            passed_days=min((kept.get(name, 0) for name in inside), default=0),
        )
        for cell, inside in cells.items()
    }
    return Snapshot(day, levels, Counter(outcomes.values()))


def _latest(items: Iterable[Item]) -> dict[str, Answer]:
    names = [item.name for item in items]
    newest = Answer.objects.filter(item__in=names).order_by("item", "-day").distinct("item")
    return {answer.item: answer for answer in newest}


def _passed_days(items: Iterable[Item], today: date) -> dict[str, int]:
    """For how many days in a row, up to the last count, each item has passed; a day without a count breaks it."""
    since = today - timedelta(days=KEPT_DAYS)
    names = [item.name for item in items]
    rows = Answer.objects.filter(item__in=names, day__gt=since, day__lte=today, outcome=Outcome.PASS)
    days: dict[str, set[date]] = {}
    for name, day in rows.values_list("item", "day"):
        days.setdefault(name, set()).add(day)
    return {name: _run(found, today) for name, found in days.items()}


def _run(days: set[date], today: date) -> int:
    last = max(days)
    if last < today - timedelta(days=1):
        return 0
    length = 0
    while last - timedelta(days=length) in days:
        length += 1
    return length
