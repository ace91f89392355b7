"""Where a person is signed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _

from engagement.village.models import User

# The first that stands in the program's own description counts: Edge says Chrome and Safari too.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """One session: which program on what, from where, since when, last used when; whether it asks this."""

    pk: int
    program: str
    address: str
    since: datetime
    last_seen_at: datetime
    is_current: bool


def places(*, person: User, current_key: str | None = None) -> list[Place]:
    """Return the person's sessions, the current one first, then by last use. Those that ran out are forgotten."""
    alive = UserSession.objects.purge_and_list(person)
    found = [_place(session, current_key) for session in alive]
    return sorted(found, key=lambda place: (not place.is_current, -place.last_seen_at.timestamp(), place.pk))


def _place(session: UserSession, current_key: str | None) -> Place:
    return Place(
        pk=session.pk,
        program=program_of(session.user_agent),
        address=session.ip,
        since=session.created_at,
        last_seen_at=session.last_seen_at,
        is_current=session.session_key == current_key,
    )


def program_of(user_agent: str) -> str:
    """Return ``Firefox, Linux`` for what a browser says of itself, as far as it is known."""
    browser, system = _first(user_agent, _BROWSERS), _first(user_agent, _SYSTEMS)
    return ", ".join(part for part in (browser, system) if part) or _("Unknown program")


def _first(text: str, names: Iterable[tuple[str, str]]) -> str:
    return next((name for sign, name in names if sign in text), "")
