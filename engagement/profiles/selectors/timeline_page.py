"""A page of a person's timeline: what was asked for in the address, and the moments by day."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagement.profiles import timeline
from engagement.profiles.timeline import AMONG_US, SAID_ABOUT_US, SAID_TO_US, WE_SAID, Asked, Moment, Place
from engagement.village.models import User

PAGE = 50
LONGEST_SEARCH = 200  # characters
LIVE_PAGE = 200  # what a page that is being read may grow to by itself
SPEAKERS = (
    ("", gettext_lazy("Everything")),
    (SAID_TO_US, gettext_lazy("Said to us")),
    (SAID_ABOUT_US, gettext_lazy("Said about us")),
    (WE_SAID, gettext_lazy("We said")),
    (AMONG_US, gettext_lazy("Who dealt with it")),
)
CHANNELS = ("email", "sms", "whatsapp", "community")
PURPOSES = ("conversation", "service", "marketing")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NoPlace(ValueError):
    """A text that names no place in a timeline."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of an address. ``before``: older than that place; ``since``: as far back as that place."""

    direction: str = ""
    channel: str = ""
    department: UUID | None = None
    purpose: str = ""
    words: str = ""
    before: Place | None = None
    since: Place | None = None

    @property
    def query(self) -> str:
        """The filters as they stand in an address."""
        given = {
            "who": self.direction,
            "channel": self.channel,
            "department": str(self.department or ""),
            "purpose": self.purpose,
            "q": self.words,
        }
        return urlencode({name: value for name, value in given.items() if value})

    @property
    def is_narrowed(self) -> bool:
        """Something is filtered."""
        return bool(self.query)


@dataclass(frozen=True, slots=True)
class Day:
    """The moments of one day in the reader's zone; no heading when the page before this one ended on it."""

    heading: str
    moments: Sequence[Moment]


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Days, the newest first. ``earlier`` and ``since`` are places as they stand in an address."""

    days: Sequence[Day]
    earlier: str
    since: str


def wanted_of(parameters: Mapping[str, str]) -> Wanted:
    """Return what an address asks for; an unknown filter is none. Raises NoPlace."""
    return Wanted(
        direction=_one_of(parameters.get("who", ""), timeline.DIRECTIONS),
        channel=_one_of(parameters.get("channel", ""), CHANNELS),
        department=_key(parameters.get("department", "")),
        purpose=_one_of(parameters.get("purpose", ""), PURPOSES),
        words=" ".join(parameters.get("q", "").replace("\x00", " ").split())[:LONGEST_SEARCH],
        before=place_in(parameters.get("before", "")),
        since=place_in(parameters.get("since", "")),
    )


def page(
    *, profiles: Sequence[UUID], reader: User, wanted: Wanted, now: datetime, continues: bool = False
) -> TimelinePage:
    """Return a page over the sources that the reader may see: a fixed number of queries.

    ``continues``: it is drawn under the page that ended at ``before``, so their common day is not named twice.
    """
    asked = Asked(
        profiles=profiles,
        reader=reader,
        before=wanted.before,
        limit=LIVE_PAGE if wanted.since else PAGE,
        direction=wanted.direction,
        channel=wanted.channel,
        department=wanted.department,
        purpose=wanted.purpose,
        words=wanted.words,
    )
    found = timeline.merged(sources=timeline.sources_for(reader=reader), asked=asked)
    moments, earlier = found.moments, found.earlier
    if wanted.since is not None:
        moments, earlier = _as_far_as(wanted.since, moments, earlier)
    last = _local_day(wanted.before.at) if wanted.before and continues else None
    return TimelinePage(
        days=_days(moments, today=_local_day(now), named=last),
        earlier=text_of(earlier) if earlier else "",
        since=text_of(Place(moments[-1].at, moments[-1].key)) if moments else "",
    )


def text_of(place: Place) -> str:
    """Return a place as it stands in an address."""
    return f"{(place.at - _EPOCH) // timedelta(microseconds=1)}-{place.key.hex}"


def place_in(text: str) -> Place | None:
    """Return the place that a text names; None for an empty one. Raises NoPlace."""
    if not text:
        return None
    moment, _dash, key = text.rpartition("-")
    try:
        return Place(_EPOCH + timedelta(microseconds=int(moment)), UUID(key))
    except (ValueError, OverflowError) as error:
        raise NoPlace(text[:100]) from error


def _as_far_as(since: Place, moments: Sequence[Moment], earlier: Place | None) -> tuple[Sequence[Moment], Place | None]:
    """Cut a page at the place where the page that is being read ends."""
    shown = [moment for moment in moments if (moment.at, moment.key) >= (since.at, since.key)]
    if not shown or len(shown) == len(moments):
        return moments, earlier
    return shown, Place(shown[-1].at, shown[-1].key)


def _days(moments: Sequence[Moment], *, today: date, named: date | None) -> list[Day]:
    grouped = itertools.groupby(moments, key=lambda moment: _local_day(moment.at))
    return [Day("" if day == named else _heading(day, today), list(those)) for day, those in grouped]


def _heading(day: date, today: date) -> str:
    shown = formats.date_format(day, "MONTH_DAY_FORMAT" if day.year == today.year else "DATE_FORMAT")
    if day == today:
        return _("Today, %(day)s") % {"day": shown}
    if day == today - timedelta(days=1):
        return _("Yesterday, %(day)s") % {"day": shown}
    return _("%(weekday)s, %(day)s") % {"weekday": capfirst(formats.date_format(day, "l")), "day": shown}


def _local_day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _one_of(text: str, known: Sequence[Any]) -> str:
    return text if text in known else ""


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
