"""``@subscribe``: which functions are told of which events. Filled by each app's ``subscribers.py``."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from engagement.events.catalogue import Event

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A function that reacts to an event, by a name that stays the same over releases."""

    name: str
    react: Callable[[Any], None]


SUBSCRIBERS: dict[str, list[Subscriber]] = defaultdict(list)


def subscribe(event: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register the decorated function for ``event``.

    It runs inside a transaction, after the event's own commit, at least once: what it writes is committed with
    the receipt that says so, and what it does elsewhere must bear being done twice.
    """

    def register(react: Callable[[E], None]) -> Callable[[E], None]:
        name = f"{react.__module__}.{react.__qualname__}"
        SUBSCRIBERS[event.name].append(Subscriber(name=name, react=react))
        return react

    return register
