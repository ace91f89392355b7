"""Ask a colleague to do what one may not do oneself. Tasks are another app's: it says here how one is made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engagement.village.models import User


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of it: where the task is, and whether it is a new one."""

    url: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that is no check and that somebody may be asked to look after: its title, and the page it stands on."""

    title: Any
    view_name: str


_subjects: dict[str, Subject] = {}


def register_subject(name: str, subject: Subject) -> None:
    """Let people ask about something; called in ``apps.py``."""
    _subjects[name] = subject


def subject_named(name: str) -> Subject | None:
    """Return what people may ask about."""
    return _subjects.get(name)


Maker = Callable[..., Asked]
_makers: list[Maker] = []


class NobodyToAsk(LookupError):
    """There is nobody who may do it, or no tasks in this installation."""


def register_maker(make: Maker) -> None:
    """Say how a task is made; called in ``apps.py``. The last one counts."""
    _makers.append(make)


def ask_person(*, person: User, asker: User, about: str, title: str, text: str) -> Asked:
    """Give a person a task, once while it is open: the same asker, person and ``about`` again return the first one.

    Raises NobodyToAsk.
    """
    if not _makers:
        raise NobodyToAsk
    return _makers[-1](person=person, asker=asker, about=about, title=title, text=text)
