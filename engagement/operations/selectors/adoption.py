"""How the departments work here, for the page of adoption and the page of each department."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagement.operations import adoption_sources as sources
from engagement.operations.actions.adoption import figures_now
from engagement.operations.adoption_sources import Done, Share
from engagement.operations.metrics import Metric, Reading, latest_readings, metrics
from engagement.operations.models import (
    AdoptionCount,
    Announcement,
    AnnouncementReceipt,
    Champion,
    Objection,
    OnboardingTick,
    Training,
    TrainingCompletion,
    Win,
)
from engagement.sorting import by_localized_name, sort_text
from engagement.village.models import Department, User

PEOPLE, CHAMPION, TRAINED = "people", "champion", "trained"
_SHOWN_MEASURES = 2
_SHOWN_WINS = 2
_RETURNED_MUCH = 50.0  # per cent of what a department was given, from which the page says so
_LEAST_HANDOFFS = 3


@dataclass(frozen=True, slots=True)
class People:
    """The active people of the organization, and what they belong to. Two queries."""

    all: list[User]
    of_department: Mapping[str, list[User]]
    roles_of: Mapping[Any, set[int]]

    def audience(self, text: Announcement | Training) -> list[User]:
        """Whom a text is for, read without a query where its departments and roles are prefetched."""
        departments = {str(department.pk) for department in text.departments.all()}
        roles = {role.group_id for role in text.roles.all()}
        if not departments and not roles:
            return self.all
        members = {person.pk for key in departments for person in self.of_department.get(key, ())}
        return [person for person in self.all if person.pk in members or self.roles_of[person.pk] & roles]


def staff() -> People:
    """Return everybody who works here. Three queries."""
    people = list(User.objects.filter(is_active=True).prefetch_related("departments", "groups").order_by("key"))
    of_department: dict[str, list[User]] = defaultdict(list)
    for person in people:
        for department in person.departments.all():
            of_department[str(department.pk)].append(person)
    roles = {person.pk: {group.pk for group in person.groups.all()} for person in people}
    return People(people, of_department, roles)


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of one department. ``by`` ticked it; nobody ticks what is measured."""

    step: sources.Step
    is_done: bool
    is_measured: bool
    tick: OnboardingTick | None


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    """One department on the page of adoption."""

    department: Department
    people: list[User]
    active: int
    did: list[str]
    steps: list[StepLine]
    champions: list[User]
    returned: Share

    @property
    def staff(self) -> int:
        return len(self.people)

    @property
    def share(self) -> int:
        """Per cent of its people who worked in the period, for the bar."""
        return round(100 * self.active / self.staff) if self.people else 0

    @property
    def is_in(self) -> bool:
        """Somebody of it can sign in."""
        return any(person.standing == User.Standing.JOINED for person in self.people)

    @property
    def is_invited(self) -> bool:
        """Somebody of it has an account, whether or not they have used it."""
        return bool(self.people)

    @property
    def done(self) -> int:
        return sum(line.is_done for line in self.steps)

    @property
    def dots(self) -> str:
        """The steps as dots, the ones that are done first."""
        return "●" * self.done + "○" * (len(self.steps) - self.done)

    @property
    def candidate(self) -> User | None:
        """Whom to ask to become its champion."""
        joined = [person for person in self.people if person.standing == User.Standing.JOINED]
        return min(joined, key=lambda person: (sort_text(person.name), person.pk), default=None)


@dataclass(frozen=True, slots=True)
class RateLine:
    """A share in the period and in the one before; ``parts`` are what it adds up."""

    now: Share
    before: Share
    parts: Mapping[str, Share]

    @property
    def points(self) -> float | None:
        """By how many percentage points it changed; None while one of both is unknown."""
        if self.now.percent is None or self.before.percent is None:
            return None
        return self.now.percent - self.before.percent


@dataclass(frozen=True, slots=True)
class FlowCell:
    """What one department gave to another."""

    given: int
    accepted: int
    returned: int

    @property
    def answered(self) -> int:
        return self.accepted + self.returned

    @property
    def accepted_percent(self) -> float | None:
        return 100.0 * self.accepted / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class FlowRow:
    """What one department gave, one cell for each receiving department of the map."""

    giver: Department
    cells: list[FlowCell | None]


@dataclass(frozen=True, slots=True)
class FlowMap:
    """Who hands work to whom; only departments that gave or were given something."""

    receivers: list[Department]
    rows: list[FlowRow]


@dataclass(frozen=True, slots=True)
class AnnouncementLine:
    """An announcement and how many of its readers have read it."""

    announcement: Announcement
    read: int
    readers: int


@dataclass(frozen=True, slots=True)
class TrainingLine:
    """A training and how many of its people have done it."""

    training: Training
    done: int
    people: int


class Adoption:
    """The page of adoption for one period. A fixed number of queries, whatever the number of departments and people."""

    def __init__(self, *, period: str, now: datetime) -> None:
        self.period, self.now = AdoptionCount.Period(period), now
        self.count = AdoptionCount.objects.filter(period=self.period).order_by("-day").first()
        self.figures: dict[str, Any] = self.count.figures if self.count else figures_now(period=period, now=now)
        self.staff = staff()
        self.departments = list(Department.objects.order_by(*by_localized_name()))
        self._audience: dict[Any, set[Any]] = {}  # of each training, filled when it is read

    @property
    def is_week(self) -> bool:
        return self.period == AdoptionCount.Period.WEEK

    @property
    def people(self) -> int:
        return len(self.staff.all)

    @property
    def active(self) -> int:
        """How many people worked here in the period; nobody who has left since."""
        return min(int(self.figures.get("active", 0)), self.people)

    @property
    def active_change(self) -> int:
        return int(self.figures.get("active", 0)) - int(self.figures.get("active_before", 0))

    @cached_property
    def rates(self) -> dict[str, RateLine]:
        """The three shares by name."""
        kept = self.figures.get("rates", {})
        return {
            name: RateLine(
                now=_total(kept.get("now", {}).get(name, {})),
                before=_total(kept.get("before", {}).get(name, {})),
                parts={part: Share(*pair) for part, pair in kept.get("now", {}).get(name, {}).items()},
            )
            for name in (sources.REPEATED, sources.ACCEPTED, sources.KEPT)
        }

    @cached_property
    def lines(self) -> list[DepartmentLine]:
        """Every department: those with the most people at work first."""
        lines = [self._line(department) for department in self.departments]
        return sorted(lines, key=lambda line: (-line.active, -line.staff, sort_text(line.department)))

    def line_of(self, department: Department) -> DepartmentLine:
        """Return the line of one department."""
        return next(line for line in self.lines if line.department.pk == department.pk)

    def _line(self, department: Department) -> DepartmentLine:
        key, people = str(department.pk), self.staff.of_department.get(str(department.pk), [])
        return DepartmentLine(
            department=department,
            people=people,
            active=min(int(self.figures.get("active_of", {}).get(key, 0)), len(people)),
            did=[text for text in map(_describe, self.figures.get("did", {}).get(key, [])) if text][:_SHOWN_MEASURES],
            steps=[self._step(step, department, people) for step in sources.steps()],
            champions=self._champions.get(key, []),
            returned=self._returned.get(key, Share()),
        )

    def _step(self, step: sources.Step, department: Department, people: list[User]) -> StepLine:
        key = str(department.pk)
        tick = self._ticks.get((key, step.name))
        if step.done is None:
            return StepLine(step, tick is not None, is_measured=False, tick=tick)
        own = {
            PEOPLE: lambda: any(person.standing == User.Standing.JOINED for person in people),
            CHAMPION: lambda: bool(self._champions.get(key)),
            TRAINED: lambda: self._is_trained(people),
        }.get(step.name)
        is_done = own() if own is not None else key in self.figures.get("steps", {}).get(step.name, [])
        return StepLine(step, is_done, is_measured=True, tick=None)

    def _is_trained(self, people: list[User]) -> bool:
        """Everybody of the department has done each training that is theirs, and there is one."""
        members = {person.pk for person in people}
        asked = {line.training.pk: members & self._audience[line.training.pk] for line in self.training}
        theirs = [(training, person) for training, persons in asked.items() for person in persons]
        return bool(theirs) and all(pair in self._completions for pair in theirs)

    @cached_property
    def _ticks(self) -> dict[tuple[str, str], OnboardingTick]:
        ticks = OnboardingTick.objects.select_related("person").order_by("key")
        return {(str(tick.department_id), tick.step): tick for tick in ticks}

    @cached_property
    def _champions(self) -> dict[str, list[User]]:
        found: dict[str, list[User]] = defaultdict(list)
        for champion in Champion.objects.filter(person__is_active=True).select_related("person").order_by("key"):
            found[str(champion.department_id)].append(champion.person)
        return found

    @cached_property
    def _returned(self) -> dict[str, Share]:
        """For each department how much of what it was given it sent back."""
        found: dict[str, Share] = defaultdict(Share)
        for _giver, receiver, _given, accepted, returned in self.figures.get("flows", []):
            found[receiver] += Share(returned, accepted + returned)
        return found

    @cached_property
    def sentences(self) -> list[str]:
        """What stands out, in words."""
        found = []
        for line in self.lines:
            percent = line.returned.percent
            if percent is not None and percent > _RETURNED_MUCH and line.returned.whole >= _LEAST_HANDOFFS:
                found.append(
                    _("%(department)s returns more than half of what it is given.") % {"department": line.department}
                )
        if outside := sum(not line.is_in for line in self.lines):
            found.append(
                ngettext("%(count)d department is not in yet.", "%(count)d departments are not in yet.", outside)
                % {"count": outside}
            )
        return found

    @cached_property
    def flow_map(self) -> FlowMap | None:
        """Who gives work to whom; None while nobody has."""
        cells = {(giver, receiver): FlowCell(*rest) for giver, receiver, *rest in self.figures.get("flows", [])}
        givers = [one for one in self.departments if any(giver == str(one.pk) for giver, _receiver in cells)]
        takers = [one for one in self.departments if any(taker == str(one.pk) for _giver, taker in cells)]
        if not cells:
            return None
        rows = [FlowRow(giver, [cells.get((str(giver.pk), str(taker.pk))) for taker in takers]) for giver in givers]
        return FlowMap(takers, rows)

    @cached_property
    def training(self) -> list[TrainingLine]:
        """What people have to learn, with who has."""
        lines = []
        for training in Training.objects.current().prefetch_related("departments", "roles"):
            people = self._audience[training.pk] = {person.pk for person in self.staff.audience(training)}
            done = sum((training.pk, person) in self._completions for person in people)
            lines.append(TrainingLine(training, done, len(people)))
        return lines

    @cached_property
    def _completions(self) -> set[tuple[Any, Any]]:
        done = TrainingCompletion.objects.filter(training__archived_at=None).order_by()
        return set(done.values_list("training_id", "person_id"))

    @cached_property
    def announcements(self) -> list[AnnouncementLine]:
        """What is announced now, with who has read it."""
        return announcement_lines(Announcement.objects.current(self.now), self.staff)

    @cached_property
    def objections(self) -> list[Objection]:
        """What is not resolved: open ones first, then the oldest."""
        found = Objection.objects.exclude(state=Objection.State.RESOLVED).select_related("department", "answered_by")
        return sorted(found, key=lambda one: (one.state != Objection.State.OPEN, one.raised_at, one.pk))

    @property
    def open_objections(self) -> int:
        return sum(one.state == Objection.State.OPEN for one in self.objections)

    @cached_property
    def wins(self) -> list[Win]:
        """The newest wins; what is not shared yet first."""
        found = list(Win.objects.select_related("department", "announcement")[:20])
        return sorted(found, key=lambda win: win.announcement_id is not None)[:_SHOWN_WINS]

    @property
    def championed(self) -> list[DepartmentLine]:
        return sorted((line for line in self.lines if line.champions), key=lambda line: sort_text(line.department))

    @property
    def without_champion(self) -> list[DepartmentLine]:
        """Departments that are in and have nobody to ask yet."""
        lines = (line for line in self.lines if line.is_in and not line.champions)
        return sorted(lines, key=lambda line: sort_text(line.department))


def _total(parts: Mapping[str, Iterable[int]]) -> Share:
    return sum((Share(*pair) for pair in parts.values()), Share())


def _describe(kept: list[Any]) -> str:
    name, count, detail = kept
    measure = sources.measure_named(name)
    return measure.describe(Done(count, detail)) if measure is not None else ""


def announcement_lines(found: Any, people: People) -> list[AnnouncementLine]:
    """Return announcements with who has read them: of their readers of today. Four queries."""
    announcements = list(found.prefetch_related("departments", "roles").select_related("author"))
    receipts = AnnouncementReceipt.objects.filter(announcement__in=announcements).order_by()
    read = set(receipts.values_list("announcement_id", "person_id"))
    lines = []
    for announcement in announcements:
        readers = people.audience(announcement)
        done = sum((announcement.pk, person.pk) in read for person in readers)
        lines.append(AnnouncementLine(announcement, done, len(readers)))
    return lines


@dataclass(frozen=True, slots=True)
class Frozen:
    """A figure as it was written down, and what it is now."""

    metric: Metric
    figure: float
    at: datetime
    now: Reading | None


def frozen_figures(rows: Iterable[Objection | Win]) -> dict[Any, Frozen]:
    """Return by key the figures that objections and wins were written down with. One query for those of checks."""
    given = [row for row in rows if row.metric and row.figure is not None and row.figure_at is not None]
    if not given:
        return {}
    known = {metric.name: metric for metric in metrics()}
    readings = latest_readings(row.metric for row in given)
    return {
        row.pk: Frozen(known[row.metric], row.figure, row.figure_at, readings.get(row.metric))  # type: ignore[arg-type]
        for row in given
        if row.metric in known
    }
