"""When somebody may be disturbed: between 8:00 and 21:00 where they are (47 CFR 64.1200(c)(1)).

Where they are is what their profile says; else each zone in which they may be, by their country and the area code of
their phone number, and then only the hours that are fit in all of these. Each zone's own rules hold, so that a night in
which clocks change, and a country that has given it up (Brazil, 2019), come out right.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from importlib import resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from phonenumbers import country_code_for_region
from phonenumbers.tzdata import TIMEZONE_DATA

from engagement.organization.current import current_organization

OPENS, CLOSES = time(8), time(21)
OPEN = ""  # where it is neither too early nor too late
_LONGEST = timedelta(days=3)
_MOBILE_AREA_CODES = ("1", "52", "55")  # calling codes: North America, Mexico, Brazil
_YEAR = 2026  # whose differences from UTC tell zones apart
_PREFIX = 4  # digits of a phone number that are looked at: calling code and area


@dataclass(frozen=True, slots=True)
class Quiet:
    """Until when to keep quiet, as ISO 8601, or OPEN: by zone, by country, by the first digits of a number, and
    ``house`` where nothing is known. ``areas``: by country and first digits, where these say more than the country.
    """

    zones: dict[str, str]
    countries: dict[str, str]
    prefixes: dict[str, str]
    house: str
    areas: dict[str, str]


def quiet(now: datetime) -> Quiet:
    """Return until when to keep quiet, everywhere in the world, at the minute of ``now``."""
    return _quiet(now.replace(second=0, microsecond=0))


def opens_at(zones: Sequence[str], now: datetime) -> datetime | None:
    """Return the first moment from ``now`` on at which it is between 8:00 and 21:00 in all ``zones``.

    None when the zones lie so far apart that there is none.
    """
    moment, places = now, [_zone(name) for name in zones]
    while moment - now <= _LONGEST:
        later = max((_next(place, moment) for place in places), default=moment)
        if later == moment:
            return moment
        moment = later
    return None


def _next(place: ZoneInfo, moment: datetime) -> datetime:
    """``moment`` when it is fit there, else the next 8:00."""
    local = moment.astimezone(place)
    if OPENS <= local.time() < CLOSES:
        return moment
    day = local.date() + timedelta(days=local.time() >= CLOSES)
    return datetime.combine(day, OPENS, tzinfo=place).astimezone(moment.tzinfo)


@functools.lru_cache(maxsize=4)
def _quiet(now: datetime) -> Quiet:
    return Quiet(
        zones={name: _until([name], now) for name in _names()},
        countries={country: _until(zones, now) for country, zones in _countries().items()},
        prefixes={prefix: _until(zones, now) for prefix, zones in _prefixes().items()},
        house=_until([current_organization().time_zone], now),
        areas={area: _until(zones, now) for area, zones in _areas().items()},
    )


def _until(zones: Sequence[str], now: datetime) -> str:
    at = opens_at(zones, now)
    if at is None:  # no hour is fit in all of them: then in the house's own
        at = opens_at([current_organization().time_zone], now) or now
    return OPEN if at == now else at.isoformat()


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
