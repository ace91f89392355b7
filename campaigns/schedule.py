"""When each person's turn comes: at one moment, or at one time of day where they are.

Where they are is found as the quiet hours find it: by the zone of their profile; else by their country and, for an SMS,
the area code of their number; else by the first digits of the number; else it is the organization's zone. Of several
zones of a country the organization's own is taken where it is among them, and otherwise the one in which the hour comes
last; and the turn is kept out of the quiet hours of all of them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from campaigns.models import Campaign
from engagement.channels.policy import quiet_hours
from engagement.organization.current import current_organization

GRACE = timedelta(hours=1)  # an hour that began less than this ago is still kept; later it is the next day's
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The turns of a campaign, judged at ``now``. ``wall``: the time of day that is kept, None for one moment."""

    now: datetime
    begins: datetime
    wall: datetime | None

    def turn_in(self, zones: Sequence[str]) -> datetime:
        """Return the turn of somebody who may be in any of these zones."""
        if self.wall is None:
            return self.begins
        ours = current_organization().time_zone
        zones = zones or [ours]
        if ours in zones:
            wanted = [self._local_turn(ours)]
        else:
            wanted = sorted({self._local_turn(name) for name in zones}, reverse=True)
        if len(zones) == 1:
            return wanted[0]
        fit = (moment for moment in wanted if quiet_hours.opens_at(zones, moment) == moment)
        return next(fit, None) or quiet_hours.opens_at(zones, wanted[0]) or wanted[0]

    def turn_of(self, time_zone: str, country: str, area: str = "") -> datetime:
        """Return the turn of somebody with this zone and country, either empty when it is not known.

        ``area``: the first digits of their phone number, where an SMS is sent.
        """
        return self.turn_in(zones_of(time_zone, country, area))

    def is_next_day(self, time_zone: str, country: str, area: str = "") -> bool:
        """Say whether their hour of the first day is over already."""
        if self.wall is None:
            return False
        zones = zones_of(time_zone, country, area)
        known = [current_organization().time_zone] if current_organization().time_zone in zones else zones
        return any(self._first(name) + GRACE <= self.now for name in known)

    def is_quiet(self, time_zone: str, country: str, area: str = "") -> bool:
        """Say whether their turn falls into quiet hours, so that it waits for the morning."""
        if self.wall is not None:
            return quiet_hours.is_quiet(self.wall.time())
        return quiet_hours.opens_at(zones_of(time_zone, country, area), self.begins) != self.begins

    def leaves_at(self, time_zone: str, country: str, area: str = "") -> datetime:
        """Return when their message may leave: their turn, or the end of quiet hours."""
        zones = zones_of(time_zone, country, area)
        turn = self.turn_in(zones)
        return quiet_hours.opens_at(zones, turn) or turn

    def _first(self, name: str) -> datetime:
        """The hour of the first day in a zone, quiet hours left out."""
        wall = self.wall
        if wall is None:
            return self.begins
        turn = wall.replace(tzinfo=ZoneInfo(name))
        if quiet_hours.is_quiet(wall.time()):
            return quiet_hours.opens_at([name], turn) or turn
        return turn

    def _local_turn(self, name: str) -> datetime:
        turn = self._first(name)
        if turn + GRACE > self.now:
            return turn
        days = (self.now - turn) // _DAY
        turn += days * _DAY  # arithmetic in the zone keeps the time of day over a change of clocks
        return turn if turn + GRACE > self.now else turn + _DAY


def schedule_of(campaign: Campaign, *, now: datetime) -> Schedule:
    """Return the turns of a campaign if it were launched now."""
    if campaign.begins_at is None:
        return Schedule(now, now, None)
    wall = None
    if campaign.in_local_time:
        wall = campaign.begins_at.astimezone(entry_zone(campaign)).replace(tzinfo=None)
    return Schedule(now, max(campaign.begins_at, now), wall)


def entry_zone(campaign: Campaign) -> ZoneInfo:
    """Return the organization's zone as it was when the start was entered."""
    try:
        return ZoneInfo(campaign.begins_zone or current_organization().time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(current_organization().time_zone)


def zones_of(time_zone: str, country: str, area: str = "") -> tuple[str, ...]:
    """Return the zones in which somebody may be; the organization's where nothing is known."""
    if time_zone in quiet_hours.zone_names():
        return (time_zone,)
    areas = quiet_hours.zones_of_areas() if area else {}
    for digits in (4, 3, 2):
        if found := areas.get(country.upper() + area[:digits]):
            return found
    return quiet_hours.zones_of_countries().get(country.upper(), (current_organization().time_zone,))


def turn_sql(schedule: Schedule) -> tuple[str, dict[str, Any]]:
    """Return an expression over ``time_zone``, ``country``, ``channel`` and ``phone``, and its parameters."""
    if schedule.wall is None:
        return "%(begins)s::timestamptz", {"begins": schedule.begins}
    prefixes = ", ".join(f"%(turn_prefixes)s::jsonb ->> substr(phone, 2, {digits})" for digits in (4, 3, 2, 1))
    by_phone = f"CASE WHEN channel = 'sms' THEN coalesce({prefixes}) END"
    areas = ", ".join(
        f"%(turn_areas)s::jsonb ->> (upper(country) || substr(phone, 2, {digits}))" for digits in (4, 3, 2)
    )
    by_area = f"CASE WHEN channel = 'sms' THEN coalesce({areas}) END"
    statement = (
        f"greatest(coalesce(%(turn_zones)s::jsonb ->> time_zone, {by_area},"
        f" %(turn_countries)s::jsonb ->> upper(country), {by_phone}, %(turn_default)s)::timestamptz,"
        " %(now)s::timestamptz)"
    )
    values = {
        "turn_zones": _as_json({name: (name,) for name in quiet_hours.zone_names()}, schedule),
        "turn_countries": _as_json(quiet_hours.zones_of_countries(), schedule),
        "turn_prefixes": _as_json(quiet_hours.zones_of_prefixes(), schedule),
        "turn_areas": _as_json(quiet_hours.zones_of_areas(), schedule),
        "turn_default": schedule.turn_in(()).isoformat(),
    }
    return statement, values


def _as_json(zones: Mapping[str, Sequence[str]], schedule: Schedule) -> str:
    turns: dict[Sequence[str], str] = {}
    for those in zones.values():
        if those not in turns:
            turns[those] = schedule.turn_in(those).isoformat()
    return json.dumps({name: turns[those] for name, those in zones.items()})
