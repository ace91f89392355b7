"""Figures that a text can name and freeze: the answers of the checks, and what other modules register."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engagement.operations.checklist import registered
from engagement.operations.models.answer import Answer
from engagement.sorting import sort_text


@dataclass(frozen=True, slots=True)
class Reading:
    """What a metric said, and when it was counted."""

    figure: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of the organization. ``unit`` is "%", "min", "h", "days" or "" for a bare number."""

    name: str
    label: Any
    unit: str
    read: Callable[[], Reading | None]


_metrics: dict[str, Metric] = {}


def register(*metrics: Metric) -> None:
    """Add metrics beside those of the checks; called in ``apps.py``."""
    _metrics.update({metric.name: metric for metric in metrics})


def metrics() -> list[Metric]:
    """Return every metric, by what it is called. No query."""
    checks = [Metric(item.name, item.statement, item.unit, _answer_of(item.name)) for item in registered()]
    return sorted([*_metrics.values(), *checks], key=lambda metric: (sort_text(metric.label), metric.name))


def metric_named(name: str) -> Metric | None:
    """Return a metric; None for a name that nobody registers."""
    return next((metric for metric in metrics() if metric.name == name), None)


def read_metric(name: str) -> Reading | None:
    """Return what a metric says now; None for an unknown one, and while there is not enough data."""
    metric = metric_named(name)
    return metric.read() if metric is not None else None


def latest_readings(names: Iterable[str]) -> dict[str, Reading]:
    """Return what several metrics say now. One query for all checks, one for each of the others."""
    wanted = set(names)
    checks = {item.name for item in registered()} & wanted
    found = {name: reading for name in wanted - checks if (reading := read_metric(name)) is not None}
    answers = Answer.objects.filter(item__in=checks).order_by("item", "-day").distinct("item")
    found |= {one.item: Reading(one.figure, one.at) for one in answers if one.figure is not None}
    return found


def _answer_of(name: str) -> Callable[[], Reading | None]:
    def read() -> Reading | None:
        answer = Answer.objects.filter(item=name).order_by("-day").first()
        return Reading(answer.figure, answer.at) if answer is not None and answer.figure is not None else None

    return read
