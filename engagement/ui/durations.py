"""Short lengths of time ("14 min", "2 h 10", "3 d"; SI symbols, any language) and how late something is."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils import dateformat, formats, timezone
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

SOON = timedelta(minutes=15)
WEEKDAYS = (
    pgettext_lazy("short day of the week", "Mon"),
    pgettext_lazy("short day of the week", "Tue"),
    pgettext_lazy("short day of the week", "Wed"),
    pgettext_lazy("short day of the week", "Thu"),
    pgettext_lazy("short day of the week", "Fri"),
    pgettext_lazy("short day of the week", "Sat"),
    pgettext_lazy("short day of the week", "Sun"),
)


def short(length: timedelta) -> str:
    """A length without sign, to the minute below a day, to the hour below ten days, then to the day."""
    minutes = int(abs(length.total_seconds()) // 60)
    hours, rest = divmod(minutes, 60)
    days, spare = divmod(hours, 24)
    if not hours:
        return f"{minutes} min"
    if not days:
        return f"{hours} h {rest:02d}" if rest and hours < 10 else f"{hours} h"
    return f"{days} d {spare} h" if spare and days < 3 else f"{days} d"


def ago(*, moment: datetime, now: datetime) -> str:
    """How long ago in the shortest form that stays clear: "14 min", "3 h", "yesterday", "Sat.", "12 Nov"."""
    here, there = timezone.localtime(now), timezone.localtime(moment)
    passed = here - there
    days = (here.date() - there.date()).days
    if passed < timedelta(minutes=1):
        return _("now")
    if passed < timedelta(hours=1) or days == 0:
        minutes = int(passed.total_seconds() // 60)
        return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"
    if days == 1:
        return _("yesterday")
    if days < 7:
        return str(WEEKDAYS[there.weekday()])
    return short_day(day=there, today=here)


def short_day(*, day: datetime, today: datetime) -> str:
    """A day without its time: "12 Nov", with the year when it is another one."""
    return _short_day(day.date(), day.year != today.year, get_language())


def exact(moment: datetime) -> str:
    """Date and time of day in the person's zone and language."""
    local, language = timezone.localtime(moment), get_language()
    return _day_before_time(local.date(), language) + _time_of_day(local.hour, local.minute, language)


def time_of_day(moment: datetime) -> str:
    """The time of day in the person's zone and language: "14:05"."""
    local = timezone.localtime(moment)
    return _time_of_day(local.hour, local.minute, get_language())


# Formatting a date takes 0.1 ms, and a page shows a hundred. Dates with a time end with the time in all our languages.


@lru_cache(maxsize=5_000)
def _day_before_time(day: date, language: str | None) -> str:
    pattern = str(formats.get_format("DATETIME_FORMAT", language))
    return str(dateformat.format(day, pattern.removesuffix(str(formats.get_format("TIME_FORMAT", language)))))


@lru_cache(maxsize=5_000)
def _short_day(day: date, with_year: bool, language: str | None) -> str:
    words = str(formats.date_format(day, "j M Y" if with_year else "j M"))
    return words.lower() if language == "pt-br" else words


@lru_cache(maxsize=3_000)
def _time_of_day(hour: int, minute: int, language: str | None) -> str:
    return str(formats.time_format(time(hour, minute), "TIME_FORMAT"))


@dataclass(frozen=True)
class DueState:
    """What a due time looks like now: the variant, its glyph, its words."""

    variant: str
    icon: str
    text: str


EARLY = gettext_lazy("due in {time}")
LATE = gettext_lazy("{time} late")


def due_state(*, at: datetime, now: datetime, soon: timedelta = SOON) -> DueState:
    """Plain, soon or late; the glyph and the words change with the colour."""
    left = at - now
    if left < timedelta(0):
        return DueState("late", "alarm-clock", str(LATE).format(time=short(left)))
    if left < soon:
        return DueState("soon", "clock-alert", str(EARLY).format(time=short(left)))
    return DueState("", "clock", str(EARLY).format(time=short(left)))
