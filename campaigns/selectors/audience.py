"""How many people a campaign's segment holds, and where they are: what the checks before a launch count."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from campaigns.models import Campaign
from campaigns.schedule import schedule_of, zones_of
from campaigns.segments.asking import ask, compiled, tuned
from campaigns.segments.compiling import Compiled
from campaigns.segments.rules import BadRules
from campaigns.statements import VALID_PHONE
from engagement.channels.policy import quiet_hours
from engagement.profiles.phone_validity import valid_phone_params

MAX_UNPLACED = 3  # countries that the checks name
# As the freeze chooses the number of an SMS; only of people whose country does not say what time it is there.
_AREA = f"""CASE WHEN profile.time_zone = '' AND upper(profile.country) = ANY(%(spread)s::text[]) THEN (
    SELECT substr(identity.address_norm::text, 2, 4) FROM profiles_identity identity
    WHERE identity.profile_id = profile.key AND identity.kind = 'phone' AND identity.valid_to IS NULL
    ORDER BY (identity.is_dialable AND {VALID_PHONE}) DESC, identity.preferred DESC,
        identity.verified_at DESC NULLS LAST, identity.key LIMIT 1) ELSE '' END"""  # noqa: S608 - a constant
_NO_VALID_NUMBER = f"""
WITH member AS MATERIALIZED ({{members}})
SELECT count(*) FROM (
    SELECT FROM profiles_identity identity JOIN member ON member.key = identity.profile_id
    WHERE identity.kind = 'phone' AND identity.valid_to IS NULL
    GROUP BY identity.profile_id HAVING NOT bool_or({VALID_PHONE})
) AS person"""  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class Place:
    """People of one zone and country, as their profiles say; either may be empty.

    ``area``: the first digits of their phone number, where the plan sends SMS and the country has several times of day.
    """

    time_zone: str
    country: str
    area: str
    people: int


@dataclass(frozen=True, slots=True)
class Audience:
    """``people`` is None where nobody can be counted; ``error`` then says why. ``without_valid_number``: who has phone
    numbers, and none that can exist; counted where the plan sends SMS.
    """

    people: int | None = None
    places: tuple[Place, ...] = ()
    without_valid_number: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """People of a country with several times of day of whom no zone is known: written to when it is neither too early
    nor too late in all of ``zones``.
    """

    country: str
    zones: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class Timing:
    """How many people of an audience have a turn that somebody should know of before a launch."""

    after_the_end: int = 0
    in_quiet_hours: int = 0
    on_the_next_day: int = 0
    unplaced: tuple[Unplaced, ...] = ()


def audience_of(*, campaign: Campaign, now: datetime) -> Audience:
    """Count the people of the campaign's segment. One statement, and one more where the plan sends SMS."""
    if campaign.segment is None:
        return Audience()
    try:
        asked = compiled(campaign.segment.rules, now=now)
    except BadRules as error:
        return Audience(error=str(error))
    with tuned():
        area = _AREA if campaign.kinds[0] == "sms" else "''"
        statement = asked.select(f"profile.time_zone, profile.country, {area} AS area, count(*)") + " GROUP BY 1, 2, 3"
        rows = ask(
            statement, asked.parameters | valid_phone_params() | {"spread": sorted(quiet_hours.spread_countries())}
        )
        invalid = _without_valid_number(asked) if "sms" in campaign.kinds else 0
    places = tuple(Place(zone or "", country or "", area or "", people) for zone, country, area, people in rows)
    return Audience(sum(place.people for place in places), places, invalid)


def _without_valid_number(asked: Compiled) -> int:
    statement = _NO_VALID_NUMBER.format(members=asked.select("profile.key"))
    return int(ask(statement, asked.parameters | valid_phone_params())[0][0])


def timing_of(*, campaign: Campaign, audience: Audience, now: datetime) -> Timing:
    """Judge everybody's turn by where they are, if the campaign were launched now. No query."""
    schedule = schedule_of(campaign, now=now)
    late = quiet = next_day = 0
    unplaced: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for place in audience.places:
        where = (place.time_zone, place.country, place.area)
        zones = zones_of(*where)
        if len(zones) > 1 and quiet_hours.is_spread(place.country):
            unplaced[place.country.upper(), zones] += place.people
        if campaign.ends_at is not None and schedule.leaves_at(*where) >= campaign.ends_at:
            late += place.people
        if schedule.is_quiet(*where):
            quiet += place.people
        if schedule.is_next_day(*where):
            next_day += place.people
    found = [Unplaced(country, zones, people) for (country, zones), people in unplaced.most_common(MAX_UNPLACED)]
    return Timing(late, quiet, next_day, tuple(found))
