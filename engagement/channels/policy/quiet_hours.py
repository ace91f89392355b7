"""When somebody may be disturbed: between 8:00 and 21:00 where they are (47 CFR 64.1200(c)(1)), or at the hours of the
rule sheet of their country or state.

Where they are is what their profile says; else each zone in which they may be, by their country and the area code of
their phone number, and then only the hours that are fit in all of these. Each zone's own rules hold, so that a night in
which clocks change, and a country that has given it up (Brazil, 2019), come out right.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from importlib import resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from phonenumbers import country_code_for_region
from phonenumbers.tzdata import TIMEZONE_DATA

from engagement.channels.policy.hours import Hours, daily
from engagement.organization.current import current_organization

OPENS, CLOSES = time(8), time(21)
DAILY = daily(OPENS, CLOSES)
OPEN = ""  # where it is neither too early nor too late
_LONGEST = timedelta(days=3)
_LONGEST_OF_A_SHEET = timedelta(days=15)
_MOBILE_AREA_CODES = ("1", "52", "55")  # calling codes: North America, Mexico, Brazil
_YEAR = 2026  # whose differences from UTC tell zones apart
_PREFIX = 4  # digits of a phone number that are looked at: calling code and area


@dataclass(frozen=True, slots=True)
class Quiet:
    """Until when to keep quiet, as ISO 8601, or OPEN: by zone, by country, by the first digits of a number, and
    ``house`` where nothing is known. ``areas``: by country and first digits, where these say more than the country.

    Where rule sheets have hours of their own, these come first. ``places``: by "channel:place" and group of zones;
    ``groups``: the group of each zone; ``ruled``: by "channel:" and a country, a country with first digits, or first
    digits. ``states``: the place of a number by its first digits, a state or a country that has a sheet.
    """

    zones: dict[str, str]
    countries: dict[str, str]
    prefixes: dict[str, str]
    house: str
    areas: dict[str, str]
    places: dict[str, dict[str, str]] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    ruled: dict[str, str] = field(default_factory=dict)


class RuledHours:
    """Which hours hold where: what rule sheets say. Compared and hashed by identity.

    ``hours``: by channel and place ("FR", "US-FL"), only where they are not the general ones. ``states``: the place of
    a phone number by its first digits, up to four.
    """

    def __init__(self, *, hours: Mapping[str, Mapping[str, Hours]], states: Mapping[str, str]) -> None:
        self.hours = hours
        self.states = states


NO_SHEETS = RuledHours(hours={}, states={})


def quiet(now: datetime, ruled: RuledHours = NO_SHEETS) -> Quiet:
    """Return until when to keep quiet, everywhere in the world, at the minute of ``now``."""
    return _quiet(now.replace(second=0, microsecond=0), ruled)


def opens_at(zones: Sequence[str], now: datetime, hours: Hours = DAILY) -> datetime | None:
    """Return the first moment from ``now`` on at which it is between 8:00 and 21:00 in all ``zones``.

    None when the zones lie so far apart that there is none. ``hours``: others than these.
    """
    moment, places = now, [_zone(name) for name in zones]
    longest = _LONGEST if hours is DAILY else _LONGEST_OF_A_SHEET
    while moment - now <= longest:
        openings = [hours.next_opening(place, moment) for place in places]
        if None in openings:
            return None
        later = max((opening for opening in openings if opening is not None), default=moment)
        if later == moment:
            return moment
        moment = later
    return None


@functools.lru_cache(maxsize=4)
def _quiet(now: datetime, ruled: RuledHours) -> Quiet:
    zones_of_group = _groups(now) if ruled.hours else {}
    return Quiet(
        places={
            f"{channel}:{place}": {group: _until(names[:1], now, hours) for group, names in zones_of_group.items()}
            for channel, by_place in ruled.hours.items()
            for place, hours in by_place.items()
        },
        groups={name: group for group, names in zones_of_group.items() for name in names},
        ruled=dict(_ruled(now, ruled)),
        zones={name: _until([name], now) for name in _names()},
        countries={country: _until(zones, now) for country, zones in _countries().items()},
        prefixes={prefix: _until(zones, now) for prefix, zones in _prefixes().items()},
        house=_until([current_organization().time_zone], now),
        areas={area: _until(zones, now) for area, zones in _areas().items()},
    )


def _until(zones: Sequence[str], now: datetime, hours: Hours = DAILY) -> str:
    at = opens_at(zones, now, hours)
    if at is None:  # no hour is fit in all of them: then in the house's own
        at = opens_at([current_organization().time_zone], now, hours) or now
    return OPEN if at == now else at.isoformat()


def _groups(now: datetime) -> dict[str, list[str]]:
    """The zones whose clocks show the same time from ``now`` on, as far as a sheet looks ahead."""
    moments = [now + timedelta(days=days) for days in range(_LONGEST_OF_A_SHEET.days + 2)]
    found: dict[tuple[timedelta | None, ...], list[str]] = {}
    for name in _names():
        place = _zone(name)
        found.setdefault(tuple(moment.astimezone(place).utcoffset() for moment in moments), []).append(name)
    return {str(number): names for number, names in enumerate(found.values())}


def _ruled(now: datetime, ruled: RuledHours) -> Iterator[tuple[str, str]]:
    """Of whom no zone is known: by country, by country and area code, by number alone."""
    for channel, by_place in ruled.hours.items():
        for country, zones in _countries().items():
            if country in by_place:
                yield f"{channel}:{country}", _until(zones, now, by_place[country])
        for area, zones in _areas().items():
            hours = by_place.get(_place_of(ruled, area[2:], area[:2]))
            if hours is not None:
                yield f"{channel}:{area}", _until(zones, now, hours)
        for prefix, zones in _prefixes().items():
            hours = by_place.get(_place_of(ruled, prefix, ""))
            if hours is not None:
                yield f"{channel}:{prefix}", _until(zones, now, hours)


def _place_of(ruled: RuledHours, digits: str, country: str) -> str:
    """The place of a number by its first digits, as the statement finds it (``verdict``)."""
    found = next((ruled.states[digits[:n]] for n in range(len(digits), 0, -1) if digits[:n] in ruled.states), "")
    return found if not country or found[:2] == country else country


@functools.cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@functools.cache
def _names() -> tuple[str, ...]:
    return tuple(sorted(name for name in available_timezones() if _is_zone(name)))


def _is_zone(name: str) -> bool:
    try:
        _zone(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


@functools.cache
def _countries() -> dict[str, tuple[str, ...]]:
    """The zones of each country, by ISO 3166 code (zone.tab of the time zone database)."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, _place, zone = line.split("\t")[:3]
            found.setdefault(country, []).append(zone)
    return {country: tuple(zones) for country, zones in found.items()}


@functools.cache
def _prefixes() -> dict[str, tuple[str, ...]]:
    """The zones of each calling code and area (libphonenumber), by at most four digits.

    Longer prefixes tell single towns apart; here they are candidates of their area, beside the zones of the rest of it.
    """
    found: dict[str, set[str]] = {}
    for prefix, zones in TIMEZONE_DATA.items():
        area = prefix[:_PREFIX]
        found.setdefault(area, set(_surrounding(area))).update(zones)
    known = {prefix: tuple(sorted(zone for zone in zones if _is_zone(zone))) for prefix, zones in found.items()}
    return {prefix: zones for prefix, zones in known.items() if zones}


@functools.cache
def _areas() -> dict[str, tuple[str, ...]]:
    """The zones of the area codes of each country with several times of day: ``US1212`` is New York.

    Only where mobile numbers have area codes. A number of a place whose time is none of the country's says nothing of
    where its owner is.
    """
    zones_of: dict[str, set[str]] = {}
    for prefix, zones in TIMEZONE_DATA.items():
        area = prefix[:_PREFIX]
        surrounding = next((area[:length] for length in range(len(area), 0, -1) if area[:length] in TIMEZONE_DATA), "")
        if surrounding not in _MOBILE_AREA_CODES:  # what is listed for a whole country says nothing of an area
            zones_of.setdefault(area, set()).update(one for one in TIMEZONE_DATA.get(surrounding, ()) if _is_zone(one))
        zones_of.setdefault(area, set()).update(zone for zone in zones if _is_zone(zone))
    found: dict[str, tuple[str, ...]] = {}
    for country in _spread_countries():
        code = str(country_code_for_region(country))
        times = {_behavior(zone) for zone in _countries()[country]}
        for prefix, known in zones_of.items() if code in _MOBILE_AREA_CODES else ():
            inside = prefix.startswith(code) and len(prefix) > len(code)
            if inside and known and {_behavior(zone) for zone in known} < times:
                found[country + prefix] = tuple(sorted(known))
    return found


@functools.cache
def _spread_countries() -> frozenset[str]:
    """The countries in which it is not the same time of day everywhere."""
    return frozenset(country for country, zones in _countries().items() if len({_behavior(one) for one in zones}) > 1)


@functools.cache
def _behavior(name: str) -> tuple[timedelta | None, ...]:
    """What distinguishes one zone from another: its difference from UTC in winter and in summer."""
    return tuple(datetime(_YEAR, month, 1, tzinfo=_zone(name)).utcoffset() for month in (1, 7))


def _surrounding(area: str) -> tuple[str, ...]:
    """The zones of the smallest listed region in which ``area`` lies."""
    names = (area[:length] for length in range(len(area), 0, -1))
    return next((TIMEZONE_DATA[name] for name in names if name in TIMEZONE_DATA), ())


def zones_of_countries() -> dict[str, tuple[str, ...]]:
    """Return the zones in which somebody of a country may be, by ISO 3166 code."""
    return _countries()


def zones_of_prefixes() -> dict[str, tuple[str, ...]]:
    """Return the zones in which somebody with such a number may be, by its first one to four digits."""
    return _prefixes()


def zones_of_areas() -> dict[str, tuple[str, ...]]:
    """Return the zones of the area codes of a country, by its ISO 3166 code and the first digits of the number."""
    return _areas()


def is_spread(country: str) -> bool:
    """Say whether it is not the same time of day everywhere in a country."""
    return country.upper() in _spread_countries()


def spread_countries() -> frozenset[str]:
    """Return the countries in which it is not the same time of day everywhere, by ISO 3166 code."""
    return _spread_countries()


def open_hours(zones: Sequence[str], day: datetime) -> tuple[datetime, datetime] | None:
    """Return from when to when nobody is disturbed in any of these zones, first after ``day``; None: never."""
    begins = opens_at(zones, day)
    if begins is None:
        return None
    closes = [datetime.combine(begins.astimezone(_zone(one)).date(), CLOSES, tzinfo=_zone(one)) for one in zones]
    return begins, min(closes)


def zone_names() -> tuple[str, ...]:
    """Return every zone of the time zone database."""
    return _names()


def is_quiet(at: time) -> bool:
    """Say whether nobody may be disturbed at this time of day."""
    return not OPENS <= at < CLOSES


def disturbs_nobody() -> Quiet:
    """Return quiet hours that never begin, for whoever has placed each turn outside of them already."""
    return Quiet({}, {}, {}, OPEN, {})
