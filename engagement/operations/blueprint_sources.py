"""What runs in this installation, for the blueprint: apps register it in ``apps.py``.

A source is a live thing (a channel, the inbox) that a component may stand for; a flow is what really went from one
source to another. The blueprint shows the health of the first, and what of either is not drawn yet.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from engagement.operations.models.blueprint import Component, Layer

State = Literal["healthy", "failing", "idle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSource:
    """One live thing. ``key`` is stable (``channel:<uuid>``, ``app:inbox``).

    ``detail`` says in a few words what it is (an address, "5 queues"); ``problem`` why it fails or is idle; ``last_at``
    when it last did its work; ``url`` its own page.
    """

    key: str
    name: Any
    layer: Layer
    kind: Component.Kind = Component.Kind.INTERNAL
    detail: Any = ""
    state: State = "healthy"
    problem: Any = ""
    last_at: datetime | None = None
    url: str = ""
    channel_kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFlow:
    """Something that went from one source to another, last at ``last_at``."""

    origin: str
    target: str
    flow: Any
    last_at: datetime | None = None


Sources = Callable[[datetime], Iterable[LiveSource]]
Flows = Callable[[datetime], Iterable[LiveFlow]]
_sources: list[Sources] = []
_flows: list[Flows] = []


def register_sources(find_sources: Sources) -> None:
    """Add live things; ``find_sources(now)`` asks a fixed number of queries."""
    if find_sources not in _sources:
        _sources.append(find_sources)


def register_flows(find_flows: Flows) -> None:
    """Add what flows; ``find_flows(now)`` asks a fixed number of queries."""
    if find_flows not in _flows:
        _flows.append(find_flows)


def live_sources(now: datetime) -> dict[str, LiveSource]:
    """Return every live thing by its key."""
    return {source.key: source for find_sources in _sources for source in find_sources(now)}


def live_flows(now: datetime) -> list[LiveFlow]:
    """Return everything that flows."""
    return [flow for find_flows in _flows for flow in find_flows(now)]
