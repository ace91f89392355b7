"""Where the figures of adoption come from: each app registers its own in ``apps.py`` (from its ``adoption.py``).

Every source is asked about a period, from ``since`` to before ``until``, in the background, with one or two set-based
queries over the app's own tables. Departments are named by their keys.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

REPEATED: Final = "repeated"
ACCEPTED: Final = "accepted"
KEPT: Final = "kept"


@dataclass(frozen=True, slots=True)
class Share:
    """``part`` of ``whole`` things; a share of nothing is unknown."""

    part: int = 0
    whole: int = 0

    @property
    def percent(self) -> float | None:
        """From 0 to 100; None while there is nothing to judge."""
        return 100.0 * self.part / self.whole if self.whole else None

    def __add__(self, other: "Share") -> "Share":
        return Share(self.part + other.part, self.whole + other.whole)


@dataclass(frozen=True, slots=True)
class Done:
    """What a department did: how often, and one share or length that says how well (by the measure's ``describe``)."""

    count: int
    detail: float | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """Handoffs from one department to another; ``answered`` of them were accepted or returned."""

    giver: UUID
    receiver: UUID
    given: int
    accepted: int
    returned: int


@dataclass(frozen=True, slots=True)
class DepartmentMeasure:
    """What departments do. ``describe`` puts it into the reader's language when it is read."""

    name: str
    count: Callable[[datetime, datetime], Mapping[UUID, Done]]
    describe: Callable[[Done], str]
    order: int = 100


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of the whole organization, out of one or several parts of the same name that add up."""

    name: Literal["repeated", "accepted", "kept"]
    part: str
    measure: Callable[[datetime, datetime], Share]
    label: Any = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a department's onboarding. ``done`` names the departments that have taken it; a step without it is
    ticked by hand.
    """

    name: str
    label: Any
    help: Any
    done: Callable[[datetime], set[UUID]] | None = None
    order: int = 100


Active = Callable[[datetime, datetime], set[UUID]]
Flows = Callable[[datetime, datetime], list[Flow]]
_active: dict[str, Active] = {}
_measures: dict[str, DepartmentMeasure] = {}
_rates: dict[tuple[str, str], Rate] = {}
_steps: dict[str, Step] = {}
_flows: dict[str, Flows] = {}


def register_activity(name: str, people: Active) -> None:
    """Say who worked in a period (keys of people)."""
    _active[name] = people


def register_measures(*measures: DepartmentMeasure) -> None:
    """Say what departments did in a period."""
    _measures.update({measure.name: measure for measure in measures})


def register_rates(*rates: Rate) -> None:
    """Add parts of the organization's shares."""
    _rates.update({(rate.name, rate.part): rate for rate in rates})


def register_steps(*steps: Step) -> None:
    """Add steps of the onboarding."""
    _steps.update({step.name: step for step in steps})


def register_flows(name: str, flows: Flows) -> None:
    """Say who handed work to whom in a period."""
    _flows[name] = flows


def activities() -> list[Active]:
    """Every source of who worked."""
    return list(_active.values())


def measures() -> list[DepartmentMeasure]:
    """Every measure, in the order in which a department's line names them."""
    return sorted(_measures.values(), key=lambda measure: (measure.order, measure.name))


def measure_named(name: str) -> DepartmentMeasure | None:
    """Return a measure; None for one that nobody registers any more."""
    return _measures.get(name)


def rates() -> list[Rate]:
    """Every part of a share."""
    return sorted(_rates.values(), key=lambda rate: (rate.name, rate.part))


def steps() -> list[Step]:
    """Every step, in the order of the onboarding."""
    return sorted(_steps.values(), key=lambda step: (step.order, step.name))


def flows() -> list[Flows]:
    """Every source of handoffs."""
    return list(_flows.values())
