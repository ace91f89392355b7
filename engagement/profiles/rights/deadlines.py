"""Until when a request must be answered, by which law."""

import calendar
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from engagement.profiles.models import DataRequest, Profile

Law = DataRequest.Law
LGPD_DAYS = 15  # LGPD article 19 II
REMIND = timedelta(days=3)
# Where GDPR holds: the Union, the European Economic Area, the United Kingdom.
_EUROPE = "AT BE BG CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
GDPR_COUNTRIES = frozenset(_EUROPE.split())


class NoExtension(ValueError):
    """The time cannot be extended; the message says why."""


def law_of(person: Profile) -> Law:
    """Return the law of the person's country; where nobody knows it, the one that gives us less time."""
    return Law.GDPR if person.country.upper() in GDPR_COUNTRIES else Law.LGPD


def due_at(law: str, received_at: datetime) -> datetime:
    """Return when the answer is due: 15 days, or the same day of the next month (GDPR article 12(3))."""
    return received_at + timedelta(days=LGPD_DAYS) if law == Law.LGPD else months_later(received_at, 1)


def extended_due_at(request: DataRequest, now: datetime) -> datetime:
    """Return the end with the two further months of GDPR article 12(3). Raises NoExtension."""
    if request.law != Law.GDPR:
        raise NoExtension(_("LGPD knows no extension: 15 days it is."))
    if request.extended_at is not None:
        raise NoExtension(_("It was extended already; GDPR permits it once."))
    if request.due_at <= now:
        raise NoExtension(_("The month is over. The person had to be told of an extension before."))
    return months_later(request.received_at, 3)


def months_later(at: datetime, months: int) -> datetime:
    """Return the same day of a later month, or its last day where it has none such (Regulation 1182/71, article 3)."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)
