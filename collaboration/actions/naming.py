"""Colleagues named in a text: ``@Full Name``, ``@first.last`` or an unmistakable ``@First``."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from uuid import UUID

from engagement.profiles.wording import plain
from engagement.sorting import by_name
from engagement.village.models import User

_MENTION = re.compile(r"(?<![\w.@])@(\w[\w.'’-]*(?:[ \t]+\w[\w.'’-]*){0,5})")


MAX_EXAMINED = 20  # names behind an @ that are looked at when a text is checked
ALIKE = 0.7  # from 0 to 1: how like a colleague's name a misspelt one is


@dataclass(frozen=True, slots=True)
class UnknownMention:
    """What stands behind an @ and names nobody for certain, and the full names of colleagues that may be meant."""

    written: str
    suggestions: list[str]


def mentioned_in(text: str) -> list[User]:
    """Return the active colleagues that a text names behind an @, each once, in the order of the text.

    Of several that fit, the longest name wins; a first name counts when only one colleague has it.
    """
    places = _MENTION.findall(text)
    if not places:
        return []
    handles = _handles(list(User.objects.filter(is_active=True).order_by("key")))
    found: dict[UUID, User] = {}
    for place in places:
        words = plain(place).split()
        for length in range(len(words), 0, -1):
            people = handles.get(" ".join(words[:length]).rstrip(".'’-"), [])
            if len(people) == 1:
                found.setdefault(people[0].pk, people[0])
                break
    return list(found.values())


def unknown_mentions(text: str, *, picked: Collection[User] = ()) -> list[UnknownMention]:
    """Return each ``@name`` of a text that leads to nobody, or to several colleagues. ``picked``: from a list."""
    places = [place for place in _MENTION.findall(text)[:MAX_EXAMINED] if place[0].isalpha()]
    if not places:
        return []
    people = list(User.objects.filter(is_active=True).order_by(*by_name()))
    handles = _handles(people)
    chosen = {plain(person.name) for person in picked}
    found: dict[str, UnknownMention] = {}
    for place in places:
        words = plain(place).split()
        starts = [" ".join(words[:length]).rstrip(".'’-") for length in range(len(words), 0, -1)]
        if chosen & set(starts) or any(len(handles.get(start, [])) == 1 for start in starts):
            continue
        written = place.split()[0].rstrip(".'’-")
        several = next((handles[start] for start in starts if start in handles), None)
        names = [person.name for person in several] if several else _alike(starts, handles)
        found.setdefault(written, UnknownMention(written, list(dict.fromkeys(names))[:3]))
    return list(found.values())


def _alike(starts: list[str], handles: dict[str, list[User]]) -> list[str]:
    """Full names of colleagues whose name, or first name, is spelt nearly like one of the beginnings."""
    near = [name for start in starts[-2:] for name in get_close_matches(start, handles, n=3, cutoff=ALIKE)]
    return [person.name for name in near for person in handles[name]]


def _handles(people: list[User]) -> dict[str, list[User]]:
    """Map each way of naming a colleague to who goes by it."""
    handles: dict[str, list[User]] = {}
    for person in people:
        words = plain(person.name).split()
        if words:
            for handle in {" ".join(words), f"{words[0]}.{words[-1]}", ".".join(words), words[0]}:
                handles.setdefault(handle, []).append(person)
    return handles
