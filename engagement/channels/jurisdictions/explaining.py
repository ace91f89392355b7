"""Which rule of which place stands behind a refusal or a delay."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from engagement.channels.jurisdictions.in_force import Sheet, sheets_in_force
from engagement.channels.jurisdictions.rules import CHANNEL_NAMES
from engagement.channels.jurisdictions.wording import describe_hours

QUIET_HOURS, NOT_EXPRESS = "quiet_hours", "consent_not_express"
CODES = (QUIET_HOURS, NOT_EXPRESS)


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """One rule in one sentence, the law that it stands in, and the sheet that holds both."""

    sentence: str
    source: str
    url: str


def explain_refusal(*, code: str, channel: str, country: str, phone: str, now: datetime) -> PlaceRule | None:
    """Return the rule of the person's place behind a code of the policy; None where a place has nothing to do with it.

    ``country`` and ``phone`` may be empty when they are not known.
    """
    if code not in CODES:
        return None
    sheet = sheets_in_force(now).sheet_of(country=country, phone=phone)
    if sheet is None:
        return None
    sentence = _quiet_hours(sheet, channel) if code == QUIET_HOURS else _consent(sheet, channel)
    if not sentence:
        return None
    url = reverse("channels:jurisdiction", args=[sheet.place])
    return PlaceRule(sentence, sheet.sources[0]["name"] if sheet.sources else "", url)


def _quiet_hours(sheet: Sheet, channel: str) -> str:
    windows = sheet.windows_of(channel)
    if not windows:
        return ""
    return _("Quiet hours in %(place)s: %(channel)s only %(hours)s.") % {
        "place": sheet.name,
        "channel": CHANNEL_NAMES.get(channel, channel),
        "hours": "; ".join(describe_hours(windows)),
    }


def _consent(sheet: Sheet, channel: str) -> str:
    if not sheet.rules.needs_express(channel):
        return ""
    return _("%(place)s asks for express consent to marketing by %(channel)s.") % {
        "place": sheet.name,
        "channel": CHANNEL_NAMES.get(channel, channel),
    }
