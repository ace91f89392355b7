"""What can be handed over. Each app registers its own in ``apps.py``; this app knows none of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from collaboration.approvals.kinds import Described
from collaboration.models import Handoff
from engagement.village.models import User


@dataclass(frozen=True, slots=True)
class HandoffKind:
    """What a kind of subject brings along.

    ``describe(ids)`` answers for all ids with a fixed number of queries. ``take(handoff, person, now)`` moves the
    subject to the place of a handoff that ``person`` is taking, in that transaction; it raises HandoffRefused when
    they have no access there. ``tell(handoff, change, actor, now)`` writes what happened into the subject's own
    history. ``panel_template`` is drawn with ``panel_context(handoff, reader)`` for whoever may read the handoff.
    """

    subject_type: str
    label: Any
    describe: Callable[[Sequence[UUID]], Mapping[UUID, Described]]
    take: Callable[[Handoff, User, datetime], None]
    tell: Callable[[Handoff, str, User | None, datetime], None]
    panel_template: str = ""
    panel_context: Callable[[Handoff, User], Mapping[str, Any]] | None = None


class KindAlreadyRegistered(Exception):
    """Two kinds of one name."""


_kinds: dict[str, HandoffKind] = {}


def register(kind: HandoffKind) -> None:
    """Add a kind; called in ``apps.py``. Raises KindAlreadyRegistered for a second, different one of a name."""
    if _kinds.get(kind.subject_type, kind) != kind:
        raise KindAlreadyRegistered(kind.subject_type)
    _kinds[kind.subject_type] = kind


def kind_of(subject_type: str) -> HandoffKind:
    """Return a kind by the name of its subjects. Raises KeyError."""
    return _kinds[subject_type]


def describe(subjects: Sequence[tuple[str, UUID]]) -> dict[UUID, Described]:
    """Return what subjects are, by their key; one call for each kind among them. What nobody knows is left out."""
    found: dict[UUID, Described] = {}
    for name in sorted({subject_type for subject_type, _key in subjects}):
        if name in _kinds:
            found.update(_kinds[name].describe([key for subject_type, key in subjects if subject_type == name]))
    return found
