"""What each app holds of people: the one registry of the export and of the erasure.

An app registers a ``Holding`` for each table in ``apps.py``. A table that a person's data can stand in and that is not
registered fails ``tests/profiles/rights/test_every_table.py``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet

from engagement.profiles.rights.subjects import Subject

ERASED = "[erased]"  # stands where words stood that a row cannot be without

Find = Callable[[Subject], QuerySet[Any]]
Row = Callable[[Any], Mapping[str, Any]]
Erase = Callable[[QuerySet[Any], Subject, datetime], int]


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file that goes into the export as it is; ``open`` is called when its turn comes."""

    name: str
    open: Callable[[], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The rows of one table that are about a person.

    ``find(subject)`` gives them by keys, so that it gives them again after the erasure. ``row`` is one of them in the
    export, None: they are not in it. ``erase`` removes or blanks what ``find`` gave and returns how many rows it
    changed, so that a second run returns 0; None: they stay as they are, and ``why`` says for which reason.
    ``of_colleagues``: whether colleagues wrote a row: other people's addresses in it are masked in the export.
    ``near(subject)`` gives what others said where the person took part: their full names are taken out of its texts,
    before they are taken out of the table. ``order``: what others are found by comes later.
    ``also``: further tables that ``erase`` takes care of.
    """

    name: str  # "community.posts": the section of the export, the step of the erasure
    label: Any
    model: type[Model]
    find: Find
    row: Row | None = None
    erase: Erase | None = None
    files: Callable[[Subject], Iterable[HeldFile]] | None = None
    near: Callable[[Subject], Iterable[QuerySet[Any]]] | None = None
    of_colleagues: Callable[[Any], bool] | None = None
    order: int = 100
    also: Sequence[type[Model]] = ()
    why: str = ""


class NotYet(Exception):
    """An ``erase`` has to wait for something that ends by itself: it is tried again soon."""


class HoldingAlreadyRegistered(Exception):
    """Two tables asked for one name."""


_holdings: dict[str, Holding] = {}


def register(*holdings: Holding) -> None:
    """Add holdings; called in ``apps.py``. Raises HoldingAlreadyRegistered for a second table under one name."""
    for holding in holdings:
        if _holdings.get(holding.name, holding).model is not holding.model:
            raise HoldingAlreadyRegistered(holding.name)
        _holdings[holding.name] = holding


def registered() -> list[Holding]:
    """Every holding, in the order in which they are erased."""
    return sorted(_holdings.values(), key=lambda holding: (holding.order, holding.name))


def covered() -> set[type[Model]]:
    """The tables that some holding takes care of."""
    return {model for holding in registered() for model in (holding.model, *holding.also)}


def fields(*names: str, **made: Callable[[Any], Any]) -> Row:
    """Return a ``row`` of these fields, by their names; ``made`` computes others: ``author=lambda note: …``."""

    def row(thing: Any) -> Mapping[str, Any]:
        return {name: getattr(thing, name) for name in names} | {name: of(thing) for name, of in made.items()}

    return row


def blanked(**values: Any) -> Erase:
    """Return an ``erase`` that writes these values into every row; the row stays."""

    def erase(rows: QuerySet[Any], subject: Subject, now: datetime) -> int:
        return rows.order_by().exclude(**values).update(**values)

    return erase


def gone(rows: QuerySet[Any], subject: Subject, now: datetime) -> int:
    """Delete every row, and what belongs to it: an ``erase``."""
    deleted, _by_model = rows.order_by().delete()
    return deleted


def counts(subject: Subject) -> Iterator[tuple[Holding, int]]:
    """Yield how many rows each holding has of a person; those without any are left out."""
    for holding in registered():
        number = holding.find(subject).order_by().count()
        if number:
            yield holding, number
