"""At which hours of a week somebody may be disturbed, and when the next of them begins where they are."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MAX_DAYS = 15  # a week without an hour, and a holiday at each end of it
Window = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Hours:
    """``week``: of each day from Monday on its windows, in order, from the first time until before the second.

    ``closed_on``: holidays on which there is none: "12-25", or counted from Easter Sunday: "easter-2".
    """

    week: tuple[tuple[Window, ...], ...]
    closed_on: frozenset[str] = frozenset()

    def next_opening(self, place: ZoneInfo, moment: datetime) -> datetime | None:
        """Return ``moment`` when it is fit there, else the beginning of the next window; None: there is none."""
        local = moment.astimezone(place)
        for ahead in range(MAX_DAYS):
            day = local.date() + timedelta(days=ahead)
            for opens, closes in () if self.is_closed(day) else self.week[day.weekday()]:
                if ahead or local.time() < opens:
                    return datetime.combine(day, opens, tzinfo=place).astimezone(moment.tzinfo)
                if local.time() < closes:
                    return moment
        return None

    def is_closed(self, day: date) -> bool:
        """Say whether a day is a holiday that these hours keep."""
        return bool(self.closed_on) and not self.closed_on.isdisjoint(_names_of(day))


@functools.lru_cache(maxsize=64)
def _names_of(day: date) -> frozenset[str]:
    return frozenset({f"{day:%m-%d}", f"easter{(day - easter_sunday(day.year)).days:+d}"})


@functools.lru_cache(maxsize=16)
def easter_sunday(year: int) -> date:
    """Return Easter Sunday in the Gregorian calendar (Meeus, Jones and Butcher)."""
    golden, century, of_century = year % 19, year // 100, year % 100
    leap = (century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 19 * golden + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (of_century // 4) - leap - of_century % 4) % 7
    shift = (golden + 11 * leap + 22 * week) // 451
    month, day = divmod(leap + week - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def daily(opens: time, closes: time) -> Hours:
    """Return the same window on each day."""
    return Hours((((opens, closes),),) * 7)


def merged(windows: Sequence[Window]) -> tuple[Window, ...]:
    """Return windows in order, without those that are empty."""
    return tuple(sorted((opens, closes) for opens, closes in windows if opens < closes))
