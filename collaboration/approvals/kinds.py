"""The kinds of things that can be approved. Each app registers its own in ``apps.py``; this app knows none of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from collaboration.models import ApprovalRequest
from engagement.village.models import User


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``quorum`` people with ``permission`` (``app_label.codename``) approve within ``hours``."""

    permission: str = "collaboration.decide_approval"
    quorum: int = 1
    hours: float = 24


@dataclass(frozen=True, slots=True)
class Described:
    """A subject as the queue and the notifications show it, in the active language.

    ``icon`` names a glyph of icons.css, ``channel`` a channel kind (then it is drawn with that channel's glyph);
    ``summary`` is one line on what it is or what changed.
    """

    title: str
    url: str = ""
    icon: str = "file-text"
    summary: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that the subject touches: met ("ok"), to be weighed ("ask") or blocking until it is waived ("stop"),
    if it can be.

    ``code`` stays the same over releases; ``mark`` is the number under which the subject's panel points at it.
    """

    code: str
    title: str
    state: Literal["ok", "ask", "stop"]
    text: str = ""
    mark: str = ""
    can_be_waived: bool = True


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """What a kind of subject brings along.

    ``describe(ids)`` answers for all ids with a fixed number of queries; an id that is gone may be left out.
    ``panel_template`` is drawn in the middle of the review with ``panel_context(request, reviewer)``.
    ``rules(request)`` are weighed at each decision. ``current_hash(subject_id)`` is the hash of what stands there
    now (None: it is gone); when given, a decision on anything else is refused. ``on_decided(request, now)`` is called
    in the transaction that approves or refuses, ``on_withdrawn(request, now)`` in that in which its author takes the
    request back. ``valid_days`` ends each approval after that time; None: never.
    ``contributors(request)`` wrote any part of what is asked about, and decide nothing about it.
    ``at_home_of``: who has this permission finds such subjects on their home page already, with what was decided.
    """

    kind: str
    label: Any
    describe: Callable[[Sequence[UUID]], Mapping[UUID, Described]]
    steps: tuple[Step, ...] = (Step(),)
    panel_template: str = ""
    panel_context: Callable[[ApprovalRequest, User], Mapping[str, Any]] | None = None
    on_decided: Callable[[ApprovalRequest, datetime], None] | None = None
    on_withdrawn: Callable[[ApprovalRequest, datetime], None] | None = None
    rules: Callable[[ApprovalRequest], Sequence[Rule]] | None = None
    current_hash: Callable[[UUID], str | None] | None = None
    valid_days: int | None = None
    at_home_of: str = ""
    contributors: Callable[[ApprovalRequest], Sequence[User]] | None = None


class KindAlreadyRegistered(Exception):
    """Two kinds of one name."""


class UnknownKind(LookupError):
    """No app registered this kind."""


_kinds: dict[str, SubjectKind] = {}


def register(kind: SubjectKind) -> None:
    """Add a kind; called in ``apps.py``. Raises KindAlreadyRegistered for a second, different one of a name."""
    if _kinds.get(kind.kind, kind) != kind:
        raise KindAlreadyRegistered(kind.kind)
    _kinds[kind.kind] = kind


def kind_of(name: str) -> SubjectKind:
    """Return a kind by its name. Raises UnknownKind."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(name) from None


def at_home_for(user: User) -> dict[str, bool]:
    """Return, by the name of each kind, whether the person's home page shows its subjects by itself."""
    return {name: bool(kind.at_home_of) and user.has_perm(kind.at_home_of) for name, kind in _kinds.items()}


def describe(requests: Sequence[ApprovalRequest]) -> dict[UUID, Described]:
    """Return what each request is about, by the request's key; one call for each kind among them."""
    found: dict[UUID, Described] = {}
    for name in sorted({request.kind for request in requests}):
        these = [request for request in requests if request.kind == name]
        kind = _kinds.get(name)
        known = kind.describe([request.subject_id for request in these]) if kind else {}
        for request in these:
            found[request.key] = known.get(request.subject_id) or Described(str(kind.label if kind else name))
    return found


def contributors_of(request: ApprovalRequest) -> Sequence[User]:
    """Return who wrote any part of what a request is about, and so may not decide on it."""
    kind = _kinds.get(request.kind)
    return kind.contributors(request) if kind is not None and kind.contributors is not None else ()


def rules_of(request: ApprovalRequest) -> list[Rule]:
    """Return the rules that a request touches, the blocking ones first."""
    kind = _kinds.get(request.kind)
    rules = kind.rules(request) if kind and kind.rules else ()
    return sorted(rules, key=lambda rule: ("stop", "ask", "ok").index(rule.state))
