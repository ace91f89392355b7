"""The rooms of the band. Each app registers its own in ``apps.py``; a person sees those they may enter."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from engagement.ui.addresses import address_of


@dataclass(frozen=True)
class Room:
    """One entry of the band.

    ``permission`` is ``app.codename``, or empty when everybody may enter. ``count(user)`` is the exact
    number of things that wait; ``topic(user)`` names the live topic that makes that number stale. ``place`` is "rooms",
    or "foot" for what is no room but stands in the band all the same (the bell).
    """

    name: str
    label: Any
    icon: str
    url_name: str
    permission: str = ""
    order: int = 100
    count: Callable[[Any], int] | None = None
    topic: Callable[[Any], str] | None = None
    place: str = "rooms"


@dataclass(frozen=True)
class OpenRoom:
    """A room as one person sees it on one page."""

    room: Room
    url: str
    is_current: bool
    count: int


class RoomAlreadyRegistered(Exception):
    """Two apps asked for a room of the same name."""


_rooms: dict[str, Room] = {}


def register(room: Room) -> None:
    """Add a room to the band. Raises RoomAlreadyRegistered for a second, different room of one name."""
    if _rooms.get(room.name, room) != room:
        raise RoomAlreadyRegistered(room.name)
    _rooms[room.name] = room


def registered() -> list[Room]:
    """Every room, in the order of the band."""
    return sorted(_rooms.values(), key=lambda room: (room.order, room.name))


def may_enter(*, user: Any, room: Room) -> bool:
    """Whether this person may see the room."""
    return not room.permission or bool(user.has_perm(room.permission))


def rooms_for(*, user: Any, path: str) -> list[OpenRoom]:
    """The rooms that ``user`` may enter, with counts; the current one has the longest URL above ``path``."""
    return list(_open_rooms(user=user, path=path))


def _open_rooms(*, user: Any, path: str) -> Iterator[OpenRoom]:
    entries = [(room, address_of(room.url_name)) for room in registered() if may_enter(user=user, room=room)]
    under = [url for _room, url in entries if path == url or (url != "/" and path.startswith(url))]
    current = max(under, key=len, default=None)
    for room, url in entries:
        waiting = room.count(user) if room.count else 0
        yield OpenRoom(room=room, url=url, is_current=url == current, count=waiting)


def topics_for(*, user: Any) -> str:
    """The live topics that the counts of this person's rooms depend on, separated by spaces."""
    topics = {room.topic(user) for room in registered() if room.topic and may_enter(user=user, room=room)}
    return " ".join(sorted(topics))
