"""What is with a person, so that somebody else goes on with it when they leave. Other apps register in ``apps.py``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db.models import QuerySet

from engagement.village.models import Department, User

SAMPLE_SIZE = 5  # rows that a page names of each kind


class HandOver(Protocol):
    """Gives all rows of one kind that are with ``person`` to a colleague; ``to=None`` leaves them unassigned.

    Runs in the transaction of ``hand_over_work`` and returns how many rows are not with ``person`` any more.
    """

    def __call__(self, *, person: User, to: User | None, actor: User, now: datetime) -> int: ...


class Release(Protocol):
    """Takes from ``person`` what they cannot see, or belongs to a department that they left; returns how many."""

    def __call__(self, *, person: User, left: Sequence[Department], actor: User, now: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that is with a person: what it is called, and where it is opened."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsibility:
    """One kind of things. ``rows`` are those with a person, ``describe`` names one of them.

    ``hand_over`` is None for what only other people can settle (``hint`` says how). ``unassigned`` is what leaving it
    to nobody is called; empty where somebody must have it. ``permission`` is what a colleague needs who takes it,
    ``view`` what a reader needs to see the titles. ``on_close`` runs when an account is closed before anything was
    handed over, ``on_change`` when the person's roles, departments or queues have changed.
    """

    name: str
    label: Any
    rows: Callable[[User], QuerySet[Any]]
    describe: Callable[[Any], Held]
    hand_over: HandOver | None = None
    unassigned: Any = ""
    permission: str = ""
    view: str = ""
    hint: Any = ""
    order: int = 100
    on_close: HandOver | None = None
    on_change: Release | None = None


_kinds: dict[str, Responsibility] = {}


def register(*kinds: Responsibility) -> None:
    """Add kinds; a second registration of one name replaces the first."""
    _kinds.update({kind.name: kind for kind in kinds})


def registered() -> list[Responsibility]:
    """Return every kind, in the order of the page."""
    return sorted(_kinds.values(), key=lambda kind: (kind.order, kind.name))


def label_of(name: str) -> str:
    """Return what a kind is called in the active language."""
    return str(_kinds[name].label) if name in _kinds else name


def end_on_close(person: Any, actor: Any, now: datetime) -> int:
    """Release what must not wait for anybody to notice that an account was closed (``endings``)."""
    return sum(kind.on_close(person=person, to=None, actor=actor, now=now) for kind in registered() if kind.on_close)


def release_lost(*, person: User, left: Sequence[Department] = (), actor: User, now: datetime) -> Mapping[str, int]:
    """Take from a person what they cannot see any more, or held for a department that they left; counts by kind."""
    done = {
        kind.name: kind.on_change(person=person, left=left, actor=actor, now=now)
        for kind in registered()
        if kind.on_change
    }
    return {name: number for name, number in done.items() if number}
