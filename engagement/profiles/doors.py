"""What other apps let a reader do from a profile's page: write to the person, leave a note."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from engagement.profiles.models import Profile
from engagement.village.models import User


@dataclass(frozen=True, slots=True)
class Door:
    """A button that leads to ``url``; at most one of a page ``is_first``, which is what is done most. What is done
    seldom ``is_seldom``, and stands in the menu behind the others.
    """

    label: Any
    url: str
    icon: str
    is_first: bool = False
    is_seldom: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose page is drawn for whom: ``family`` are the keys of the person's profiles, the canonical one first."""

    profile: Profile
    family: Sequence[UUID]
    reader: User
    now: datetime


@dataclass(frozen=True, slots=True)
class Frame:
    """``doors(asked)``: those of one app, with a fixed number of queries; asked only for who has ``permission``."""

    name: str
    doors: Callable[[Asked], Sequence[Door]]
    permission: str = ""
    order: int = 100


_frames: dict[str, Frame] = {}


def register(frame: Frame) -> None:
    """Add an app's doors; a second registration of one name replaces the first."""
    _frames[frame.name] = frame


def doors_for(asked: Asked) -> list[Door]:
    """Return the doors that this reader may use, in order."""
    frames = sorted(_frames.values(), key=lambda frame: (frame.order, frame.name))
    allowed = [frame for frame in frames if not frame.permission or asked.reader.has_perm(frame.permission)]
    return [door for frame in allowed for door in frame.doors(asked)]
