"""The timeline of a customer: each app registers a source over its own table; nothing is written twice.

A page is a keyset merge of the sources: each is asked for the newest moments before a place, and the newest of
all of them make the page; what would stand behind the end of the page as found so far is not asked for. A source
needs an index on (profile, time descending, key descending), and pokes ``profile:<key>`` when it has a new moment, so
that who looks at the page sees it.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from engagement import compiled
from engagement.village.models import User

M = TypeVar("M", bound=Model)

SAID_TO_US = "to-us"
SAID_ABOUT_US = "about-us"
WE_SAID = "we-said"
AMONG_US = "among-us"  # notes, handoffs, tasks: staff only, who dealt with the person
DIRECTIONS = (SAID_TO_US, SAID_ABOUT_US, WE_SAID, AMONG_US)


@dataclass(frozen=True, slots=True)
class Place:
    """A place between two moments: everything that is older, or as old with a smaller key, lies behind it."""

    at: datetime
    key: UUID


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page wants of a source.

    ``profiles``: the keys of the person's profiles (the canonical one and those merged into it). ``direction``,
    ``channel`` (a kind), ``department`` (a key), ``purpose`` (of a transmission: conversation, service, marketing)
    and ``words`` (that a moment says) filter when they are not empty. What is older than ``since`` may be left out: it
    stands on no page that was asked for.
    """

    profiles: Sequence[UUID]
    reader: User
    before: Place | None = None
    limit: int = 50
    direction: str = ""
    channel: str = ""
    department: UUID | None = None
    purpose: str = ""
    words: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened with a person, as one entry of the timeline shows it.

    ``icon`` names a glyph of icons.css; ``tone`` is how the entry is drawn: "theirs" (a customer's words), "ours",
    "automatic" (campaign, rule, bot), "note" (only the team reads it) or "" (one quiet line). ``badges`` are
    (text, tone) with the tones of the badge component: "moss", "ochre", "tile", "river", "anil" or "".
    ``facts`` is for what a measured moment says, as (name, value), e.g. the time that a handoff waited.
    """

    key: UUID
    at: datetime
    source: str
    title: str
    direction: str
    text: str = ""
    url: str = ""
    icon: str = "message-square"
    tone: str = ""
    channel: str = ""
    department: str = ""
    person: str = ""
    purpose: str = ""
    badges: Sequence[tuple[str, str]] = ()
    facts: Sequence[tuple[str, str]] = field(default=())


ANY = "*"  # the channel of what belongs to every channel


@dataclass(frozen=True, slots=True)
class Tally:
    """How many moments there are of one direction, channel, purpose and, if any, departments."""

    number: int
    direction: str
    channel: str = ""
    purpose: str = ""
    departments: frozenset[UUID] = frozenset()


def found(build: "Callable[[Asked], QuerySet[M]]", asked: Asked) -> list[M]:
    """Return the rows of ``build(asked)``, put together once for each set of filters (``engagement.compiled``).

    ``build`` is a function of a module, looks at the filters and the limit only, and compares the keys and the place
    with columns. What says certain words is put together each time.
    """
    if asked.words:
        return list(build(asked))
    values: dict[str, Any] = {"profiles": list(asked.profiles)}
    if asked.before is not None:
        values |= {"at": asked.before.at, "key": asked.before.key}
    if asked.department is not None:
        values["department"] = asked.department
    if asked.since is not None:
        values["since"] = asked.since
    return compiled.read(_built, build, asked.limit, asked.direction, asked.channel, asked.purpose, **values)


def _built(
    build: "Callable[[Asked], QuerySet[M]]",
    limit: int,
    direction: str,
    channel: str,
    purpose: str,
    *,
    profiles: Sequence[UUID],
    at: datetime | None = None,
    key: UUID | None = None,
    department: UUID | None = None,
    since: datetime | None = None,
) -> "QuerySet[M]":
    before = Place(at, key) if at and key else None
    return build(Asked(profiles, _NOBODY, before, limit, direction, channel, department, purpose, since=since))


_NOBODY: Any = object()  # what a reader may see is not asked of a queryset that serves them all


Read = Callable[[Asked], Sequence[Moment]]
Count = Callable[[Asked], Sequence[Tally]]


@dataclass(frozen=True, slots=True)
class Source:
    """A part of the timeline. ``read`` returns at most ``limit`` moments before the place, the newest first, with a
    fixed number of queries, and returns nothing for a filter that its moments never fulfil. ``tally`` counts all of
    them that say the words which are asked for, whatever the other filters. ``permission``: who may
    see it (``app_label.codename``), empty for everybody who may open the profile; what depends on the single thing
    (a queue) is the source's own business (``Asked.reader``). Whose moments are most of a person's story ``is_rich``
    and asked first: the others need not look further back than its page reaches.
    """

    name: str
    label: Any
    read: Read
    directions: frozenset[str]
    tally: Count
    permission: str = ""
    is_rich: bool = False
    scope: str = ""  # of an API token that reads it, beside the scope for profiles


class SourceAlreadyRegistered(Exception):
    """Two apps asked for one name."""


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Add a source; called in ``apps.py``. Raises SourceAlreadyRegistered for a second, different one of a name."""
    if _sources.get(source.name, source) != source:
        raise SourceAlreadyRegistered(source.name)
    _sources[source.name] = source


def sources_for(*, reader: User, scopes: Collection[str] | None = None) -> list[Source]:
    """Return what this reader may see, in the order of the names; of an API token, what its ``scopes`` cover."""
    return [
        source
        for _name, source in sorted(_sources.items())
        if (not source.permission or reader.has_perm(source.permission))
        and (scopes is None or not source.scope or source.scope in scopes)
    ]


@dataclass(frozen=True, slots=True)
class Page:
    """Moments, the newest first; ``earlier`` is the place to ask from for the next page, None at the beginning."""

    moments: Sequence[Moment]
    earlier: Place | None


def merged(*, sources: Iterable[Source], asked: Asked) -> Page:
    """Return one page over all sources: as many queries as they run. A source that has nothing of the direction that
    is asked for is not asked at all.
    """
    wanted = [source for source in sources if not asked.direction or asked.direction in source.directions]
    more, newest = replace(asked, limit=asked.limit + 1), list[Moment]()
    for source in sorted(wanted, key=lambda source: not source.is_rich):
        newest += source.read(more)
        newest.sort(key=lambda moment: (moment.at, moment.key), reverse=True)
        del newest[more.limit :]
        if len(newest) == more.limit:
            more = replace(more, since=newest[-1].at)
    page = newest[: asked.limit]
    is_more = len(newest) > asked.limit
    return Page(page, Place(page[-1].at, page[-1].key) if is_more else None)
