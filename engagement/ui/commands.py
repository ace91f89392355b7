"""What the palette (Ctrl/Cmd K) offers: commands known beforehand, and sources searched while typing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from engagement.ui import rooms
from engagement.ui.addresses import address_of

GO_TO = _("Go to")


@dataclass(frozen=True)
class Command:
    """A place to go to. ``permission`` as for rooms; ``words`` are further words that find it."""

    name: str
    label: Any
    icon: str
    url_name: str
    permission: str = ""
    words: Any = ""
    group: Any = GO_TO
    order: int = 100


@dataclass(frozen=True)
class Found:
    """One result of a search: where it leads, what it is called, and one word on what it is."""

    label: str
    url: str
    icon: str = ""
    note: str = ""
    initials: str = ""


@dataclass(frozen=True)
class Source:
    """``search(user, text)`` returns at most a handful of results that this user may see, best first."""

    name: str
    label: Any
    search: Callable[[Any, str], Iterable[Found]]
    permission: str = ""
    order: int = 100


@dataclass(frozen=True)
class Entry:
    """A command as one person sees it."""

    label: Any
    icon: str
    url: str
    words: Any
    group: Any


_commands: dict[str, Command] = {}
_account: dict[str, Command] = {}
_sources: dict[str, Source] = {}


def register(command: Command) -> None:
    """Add a command; a second registration of one name replaces the first."""
    _commands[command.name] = command


def register_account_item(command: Command) -> None:
    """Add a line to the account menu; the palette offers it too."""
    _account[command.name] = command
    register(command)


def account_items_for(*, user: Any) -> list[Entry]:
    """The lines of this person's account menu, in order."""
    items = sorted(_account.values(), key=lambda item: (item.order, item.name))
    return [_entry(item) for item in items if not item.permission or user.has_perm(item.permission)]


def register_source(source: Source) -> None:
    """Add a source of results; a second registration of one name replaces the first."""
    _sources[source.name] = source


def entries_for(*, user: Any) -> list[Entry]:
    """The rooms and commands that this person may use, in order."""
    return list(_entries(user=user))


def _entries(*, user: Any) -> Iterator[Entry]:
    for room in rooms.registered():
        if rooms.may_enter(user=user, room=room):
            yield Entry(room.label, room.icon, address_of(room.url_name), "", GO_TO)
    for command in sorted(_commands.values(), key=lambda command: (command.order, command.name)):
        if not command.permission or user.has_perm(command.permission):
            yield _entry(command)


def _entry(command: Command) -> Entry:
    return Entry(command.label, command.icon, address_of(command.url_name), command.words, command.group)


def search(*, user: Any, text: str) -> list[tuple[Any, list[Found]]]:
    """Results by source for at least two letters; sources without a result are left out."""
    wanted = text.strip()
    if len(wanted) < 2:
        return []
    sources = sorted(_sources.values(), key=lambda source: (source.order, source.name))
    allowed = [source for source in sources if not source.permission or user.has_perm(source.permission)]
    found = [(source.label, list(source.search(user, wanted))) for source in allowed]
    return [(label, results) for label, results in found if results]
