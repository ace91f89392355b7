"""The catalog with what is adopted, the spread of a workshop, and the path from value to capability to check."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engagement.operations.checklist import AREAS, ASPECTS, Item, registered
from engagement.operations.metrics import Metric, Reading, latest_readings, metrics
from engagement.operations.models import AdoptionCount, Outcome, UseCasePlan, ValueEntry, Workshop, WorkshopScore
from engagement.operations.names import AREA_NAMES, ASPECT_NAMES
from engagement.operations.selectors.matrix import Matrix, matrix
from engagement.operations.selectors.value import Value, value
from engagement.operations.use_cases import CapabilityGroup, UseCase, catalog
from engagement.sorting import by_localized_name
from engagement.village.models import Department

LEVELS = range(6)
_LEFT, _PITCH, _Y = 14.0, 34.0, 14.0


@dataclass(frozen=True, slots=True)
class UseCaseLine:
    """A use case with whether it is adopted. ``count``: how often the department did it within thirty days."""

    use_case: UseCase
    capability: CapabilityGroup
    is_adopted: bool
    count: int
    check: Item | None
    plan: UseCasePlan | None

    def is_late(self, today: date) -> bool:
        """Its target date is over and it is not adopted."""
        return (
            not self.is_adopted
            and self.plan is not None
            and self.plan.target_date is not None
            and self.plan.target_date < today
        )


@dataclass(frozen=True, slots=True)
class DepartmentCases:
    """What one department may do, and how much of it is adopted."""

    department: Department
    lines: list[UseCaseLine]

    @property
    def adopted(self) -> int:
        return sum(line.is_adopted for line in self.lines)


@dataclass(frozen=True, slots=True)
class CapabilityLine:
    """A capability with how much of it is adopted, and how many of its checks pass."""

    capability: CapabilityGroup
    adopted: int
    cases: int
    passing: int
    checks: int


class CatalogPage:
    """The catalog with what is adopted. A fixed number of queries."""

    def __init__(self, *, now: datetime) -> None:
        month = AdoptionCount.objects.filter(period=AdoptionCount.Period.MONTH).order_by("-day").first()
        did: dict[str, Any] = month.figures.get("did", {}) if month else {}
        self.counts = {(key, name): count for key, rows in did.items() for name, count, _detail in rows}
        self.outcomes = {line.item.name: line.outcome for line in matrix(now=now).lines}
        self.items = {item.name: item for item in registered()}
        self.plans = {plan.use_case: plan for plan in UseCasePlan.objects.select_related("changed_by")}
        self.by_slug = {one.slug: one for one in Department.objects.order_by(*by_localized_name())}
        groups = {one.code: one for one in catalog().capabilities}
        self.lines = [
            self._line(case, groups[case.capability]) for case in catalog().use_cases if case.department in self.by_slug
        ]

    def _line(self, case: UseCase, group: CapabilityGroup) -> UseCaseLine:
        plan = self.plans.get(case.code)
        count = self.counts.get((str(self.by_slug[case.department].pk), case.measure), 0) if case.measure else 0
        if case.measure:
            is_adopted = count > 0
        elif case.check:
            is_adopted = self.outcomes.get(case.check) == Outcome.PASS
        else:
            is_adopted = plan is not None and plan.is_adopted
        return UseCaseLine(case, group, is_adopted, count, self.items.get(case.check), plan)

    @property
    def adopted(self) -> int:
        return sum(line.is_adopted for line in self.lines)

    @property
    def departments(self) -> list[DepartmentCases]:
        """Every department with its use cases, in the order of their names."""
        found: dict[str, list[UseCaseLine]] = defaultdict(list)
        for line in self.lines:
            found[line.use_case.department].append(line)
        return [DepartmentCases(self.by_slug[slug], found[slug]) for slug in self.by_slug if slug in found]

    @property
    def capabilities(self) -> list[CapabilityLine]:
        """Every capability, in the order of the catalog."""
        return [
            CapabilityLine(
                group,
                sum(line.is_adopted for line in self.lines if line.capability == group),
                sum(line.capability == group for line in self.lines),
                sum(self.outcomes.get(name) == Outcome.PASS for name in group.checks),
                len(group.checks),
            )
            for group in catalog().capabilities
        ]


# Value


@dataclass(frozen=True, slots=True)
class Evidence:
    """The figure that shows a value case: as it was frozen, and as it is now."""

    metric: Metric
    baseline: float | None
    baseline_at: datetime | None
    now: Reading | None


@dataclass(frozen=True, slots=True)
class PathLine:
    """A value case, the capability that brings it about, and the checks that say how well."""

    entry: ValueEntry
    capability: CapabilityGroup | None
    checks: list[tuple[Item, str]]
    evidence: Evidence | None

    @property
    def passing(self) -> int:
        return sum(outcome == Outcome.PASS for _item, outcome in self.checks)


@dataclass(frozen=True, slots=True)
class Board:
    """What it is worth, and why one may believe it."""

    value: Value
    lines: list[PathLine]


def board(*, now: datetime) -> Board:
    """Return every value case with its path. A fixed number of queries."""
    found = value()
    evidence = evidence_of(found.entries)
    outcomes = {line.item.name: line for line in matrix(now=now).lines}
    lines = []
    for entry in found.entries:
        group = catalog().capability(entry.capability)
        checks = [outcomes[name] for name in group.checks if name in outcomes] if group else []
        pairs = [(line.item, str(line.outcome)) for line in checks]
        lines.append(PathLine(entry, group, pairs, evidence.get(entry.pk)))
    return Board(found, lines)


def evidence_of(entries: Iterable[ValueEntry]) -> dict[Any, Evidence]:
    """Return by key the figures of value cases that name one. One query for those of checks."""
    given = [entry for entry in entries if entry.metric]
    if not given:
        return {}
    known = {metric.name: metric for metric in metrics()}
    readings = latest_readings(entry.metric for entry in given)
    return {
        entry.pk: Evidence(known[entry.metric], entry.metric_figure, entry.metric_at, readings.get(entry.metric))
        for entry in given
        if entry.metric in known
    }


# Workshops


@dataclass(frozen=True, slots=True)
class Dot:
    """How many people gave one level, as a circle of the strip."""

    level: int
    count: int
    x: float
    radius: float


@dataclass(frozen=True, slots=True)
class SpreadLine:
    """What people believe of one aspect, and what is measured."""

    area: str
    aspect: str
    dots: list[Dot]
    measured: int

    @property
    def people(self) -> int:
        return sum(dot.count for dot in self.dots)

    @property
    def mean(self) -> float | None:
        return sum(dot.level * dot.count for dot in self.dots) / self.people if self.people else None

    @property
    def spread(self) -> int:
        """From the lowest level that somebody gave to the highest."""
        given = [dot.level for dot in self.dots if dot.count]
        return max(given) - min(given) if given else 0

    @property
    def measured_x(self) -> float:
        return _LEFT + self.measured * _PITCH - 5

    @property
    def name(self) -> str:
        return f"{AREA_NAMES[self.area]} · {ASPECT_NAMES[self.aspect]}"


@dataclass(frozen=True, slots=True)
class Spread:
    """What the people of a workshop believe, aspect by aspect."""

    workshop: Workshop
    participants: list[Any]
    scored: int
    lines: list[SpreadLine]

    @property
    def widest(self) -> list[SpreadLine]:
        """Where people differ most: what to talk about first."""
        differing = sorted(self.lines, key=lambda line: -line.spread)
        return [line for line in differing if line.spread >= 2][:3]


def spread_of(*, workshop: Workshop, now: datetime) -> Spread:
    """Return the spread of a workshop."""
    scores = list(WorkshopScore.objects.filter(participant__workshop=workshop).order_by("key"))
    counted: Mapping[tuple[str, str, int], int] = defaultdict(int)
    for one in scores:
        counted[one.area, one.aspect, one.level] += 1  # type: ignore[index]
    levels = _measured(matrix(now=now))
    lines = [
        SpreadLine(area, aspect, _dots(counted, area, aspect), levels.get((area, aspect), 0))
        for area in AREAS
        for aspect in ASPECTS
    ]
    people = list(workshop.participants.order_by("key"))
    return Spread(workshop, people, len({one.participant_id for one in scores}), lines)


def _measured(found: Matrix) -> dict[tuple[str, str], int]:
    return {(row.area, cell.aspect): cell.level for row in found.rows for cell in row.cells}


def _dots(counted: Mapping[tuple[str, str, int], int], area: str, aspect: str) -> list[Dot]:
    most = max((counted.get((area, aspect, level), 0) for level in LEVELS), default=0)
    dots = []
    for level in LEVELS:
        count = counted.get((area, aspect, level), 0)
        radius = 3 + 8 * count / most if count else 1.5
        dots.append(Dot(level, count, _LEFT + level * _PITCH, radius))
    return dots
