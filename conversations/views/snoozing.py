"""The times that the snooze menu offers, in the person's own zone."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

MORNING = time(9, 0)
LATER = timedelta(hours=3)


@dataclass(frozen=True)
class Choice:
    """One time: ``until`` in ISO 8601, its words, and the time in short."""

    until: str
    label: Any
    note: str


def snooze_choices(*, now: datetime) -> list[Choice]:
    """Later today, tomorrow morning, next Monday morning, in two weeks."""
    here = timezone.localtime(now)
    later = (here + LATER).replace(minute=0, second=0, microsecond=0)
    tomorrow = _morning(here, 1)
    monday = _morning(here, 7 - here.weekday())
    choices = [
        (later, _("Later today")),
        (tomorrow, _("Tomorrow")),
        (monday, _("Next Monday")),
        (_morning(here, 14), _("In two weeks")),
    ]
    kept = [(at, label) for at, label in choices if not (at is later and at.date() != here.date())]
    if monday == tomorrow:
        kept.remove((monday, _("Next Monday")))
    return [Choice(at.isoformat(), label, formats.date_format(at, "D, H:i")) for at, label in kept]


def _morning(here: datetime, days: int) -> datetime:
    return datetime.combine(here.date() + timedelta(days=days), MORNING, tzinfo=here.tzinfo)


def parsed_until(value: str) -> datetime | None:
    """What the form sends: ISO 8601; without an offset it is the person's local time. None for anything else."""
    try:
        moment = parse_datetime(value)
    except ValueError:
        return None
    if moment is None:
        return None
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
