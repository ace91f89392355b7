"""Home pages: each role lands on the work that waits for it. Apps register the sections in ``apps.py``."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

EVERYBODY = ""


@dataclass(frozen=True)
class Action:
    """What can be done on a line itself: a link, or with ``fields`` a button that posts them."""

    label: Any
    url: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """One line of waiting work: what it is, why it is here, until when. Without ``url`` it leads nowhere."""

    what: str
    url: str = ""
    why: str = ""
    icon: str = "inbox"
    channel: str = ""
    due_at: datetime | None = None
    at: datetime | None = None
    note: str = ""
    failed: bool = False
    action: Action | None = None


@dataclass(frozen=True)
class Section:
    """A block of the home page. ``place`` is "main" or "side"; ``empty`` says what is so and what to do."""

    title: Any
    empty: Any
    items: Iterable[Item] = ()
    note: Any = ""
    url: str = ""
    order: int = 100
    place: str = "main"
    facts: Iterable[tuple[Any, Any]] = field(default=())


Sections = Callable[[Any, datetime], Iterable[Section]]
_sections: list[tuple[str, Sections]] = []


def register(role_name: str, sections: Sections) -> None:
    """Show ``sections(user, now)`` to people of a role (the Group's name), or to all with ``EVERYBODY``."""
    if (role_name, sections) not in _sections:
        _sections.append((role_name, sections))


def sections_for(*, user: Any, now: datetime) -> list[Section]:
    """The sections of all of this person's roles, each once, in order."""
    roles = {EVERYBODY, *user.groups.order_by("name").values_list("name", flat=True)}
    sources = list(dict.fromkeys(source for role, source in _sections if role in roles))
    found = [section for source in sources for section in source(user, now)]
    return sorted(found, key=lambda section: section.order)
