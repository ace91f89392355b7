"""How many people a campaign's segment holds, and where they are: what the checks before a launch count."""

from dataclasses import dataclass
from datetime import datetime

from campaigns.models import Campaign
from campaigns.schedule import schedule_of
from campaigns.segments.asking import ask, compiled, tuned
from campaigns.segments.rules import BadRules


@dataclass(frozen=True, slots=True)
class Place:
    """People of one zone and country, as their profiles say; either may be empty."""

    time_zone: str
    country: str
    people: int


@dataclass(frozen=True, slots=True)
class Audience:
    """``people`` is None where nobody can be counted; ``error`` then says why."""

    people: int | None = None
    places: tuple[Place, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """How many people of an audience have a turn that somebody should know of before a launch."""

    after_the_end: int = 0
    in_quiet_hours: int = 0
    on_the_next_day: int = 0


def audience_of(*, campaign: Campaign, now: datetime) -> Audience:
    """Count the people of the campaign's segment. One statement."""
    if campaign.segment is None:
        return Audience()
    try:
        asked = compiled(campaign.segment.rules, now=now)
    except BadRules as error:
        return Audience(error=str(error))
    with tuned():
        statement = asked.select("profile.time_zone, profile.country, count(*)") + " GROUP BY 1, 2"
        rows = ask(statement, asked.parameters)
    places = tuple(Place(zone or "", country or "", people) for zone, country, people in rows)
    return Audience(sum(place.people for place in places), places)


def timing_of(*, campaign: Campaign, audience: Audience, now: datetime) -> Timing:
    """Judge everybody's turn by where they are, if the campaign were launched now. No query."""
    schedule = schedule_of(campaign, now=now)
    late = quiet = next_day = 0
    for place in audience.places:
        where = (place.time_zone, place.country)
        if campaign.ends_at is not None and schedule.leaves_at(*where) >= campaign.ends_at:
            late += place.people
        if schedule.is_quiet(*where):
            quiet += place.people
        if schedule.is_next_day(*where):
            next_day += place.people
    return Timing(late, quiet, next_day)
