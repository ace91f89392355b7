"""Single keys that work outside of inputs. Each person can change them or switch them off (WCAG 2.1.4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Shortcut:
    """``name`` is what elements carry in ``data-shortcut``; ``key`` is the default, as KeyboardEvent.key."""

    name: str
    key: str
    label: Any
    group: Any
    order: int = 100


class ShortcutTaken(Exception):
    """Two shortcuts ask for one key."""


_shortcuts: dict[str, Shortcut] = {}


def register(*shortcuts: Shortcut) -> None:
    """Add shortcuts. Raises ShortcutTaken when another one already has the name or the key."""
    for shortcut in shortcuts:
        for other in _shortcuts.values():
            if other != shortcut and (other.name == shortcut.name or other.key == shortcut.key):
                raise ShortcutTaken(f"{shortcut.name} and {other.name} both want {shortcut.key!r}")
        _shortcuts[shortcut.name] = shortcut


def registered() -> list[Shortcut]:
    """Every shortcut in the order of the sheet."""
    return sorted(_shortcuts.values(), key=lambda shortcut: (shortcut.order, shortcut.name))


def keys(*, changed: Mapping[str, str]) -> dict[str, str]:
    """Name to key, with this person's own keys over the defaults."""
    return {shortcut.name: changed.get(shortcut.name, shortcut.key) for shortcut in registered()}


def sheet(*, changed: Mapping[str, str]) -> list[tuple[Any, list[tuple[Shortcut, str]]]]:
    """The shortcuts by group, each with the key that this person uses."""
    mine = keys(changed=changed)
    groups: dict[str, tuple[Any, list[tuple[Shortcut, str]]]] = {}
    for shortcut in registered():
        _group, lines = groups.setdefault(str(shortcut.group), (shortcut.group, []))
        lines.append((shortcut, mine[shortcut.name]))
    return list(groups.values())


def doubles(mine: Mapping[str, str]) -> Iterable[str]:
    """The keys that are asked for more than once."""
    used = list(mine.values())
    return sorted({key for key in used if used.count(key) > 1})


EVERYWHERE = _("Everywhere")
register(
    Shortcut("search", "/", _("Search in this room"), EVERYWHERE, order=900),
    Shortcut("help", "?", _("Show all shortcuts"), EVERYWHERE, order=910),
)
