"""Colleagues named in a text: ``@Full Name``, ``@first.last`` or an unmistakable ``@First``."""

import re
from uuid import UUID

from engagement.profiles.wording import plain
from engagement.village.models import User

_MENTION = re.compile(r"(?<![\w.@])@(\w[\w.'’-]*(?:[ \t]+\w[\w.'’-]*){0,5})")


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


def _handles(people: list[User]) -> dict[str, list[User]]:
    """Map each way of naming a colleague to who goes by it."""
    handles: dict[str, list[User]] = {}
    for person in people:
        words = plain(person.name).split()
        if words:
            for handle in {" ".join(words), f"{words[0]}.{words[-1]}", ".".join(words), words[0]}:
                handles.setdefault(handle, []).append(person)
    return handles
