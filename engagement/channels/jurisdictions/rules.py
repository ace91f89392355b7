"""What a rule sheet holds, and how it is read.

As JSON, each part may be missing:

``hours``: by kind of channel a list of {"days": [0 … 6], "from": "08:00", "to": "20:00"}, Monday is 0; a day without a
window is quiet; an empty list: no hours of its own, so 8:00 to 21:00 hold.
``closed_on``: holidays without any hour, "12-25" or "easter-2"; ``holidays``: the kinds of channel that keep them.
``consent``: by kind of channel which bases marketing may stand on ("express", "implied").
``keywords``: by language, the words by which people opt out.
``required``: by kind of channel the codes of ``REQUIRED_TEXT`` that each marketing message must show.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagement.channels.policy.hours import Hours, Window, merged

CHANNELS = ("sms", "email", "voice")
CHANNEL_NAMES: Mapping[str, Any] = {
    "sms": gettext_lazy("SMS"),
    "email": gettext_lazy("email"),
    "voice": gettext_lazy("phone calls"),
}
CONSENT_NAMES: Mapping[str, Any] = {
    "express": gettext_lazy("express consent"),
    "implied": gettext_lazy("express or implied consent"),
}
REQUIRED_TEXT: Mapping[str, Any] = {
    "sender_name": gettext_lazy("name of the sender"),
    "postal_address": gettext_lazy("postal address"),
    "unsubscribe": gettext_lazy("working unsubscribe link"),
    "stop_keyword": gettext_lazy("how to opt out by a keyword"),
    "privacy_contact": gettext_lazy("contact for privacy requests"),
    "advertising_mark": gettext_lazy("recognizable as advertising"),
}
MAX_WINDOWS, MAX_KEYWORDS, MAX_HOLIDAYS = 14, 40, 40
WHOLE_WEEK = (0, 1, 2, 3, 4, 5, 6)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_HOLIDAY = re.compile(r"(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])|easter[+-]\d{1,2}")


class InvalidRules(ValueError):
    """What was entered is no rule sheet; the sentence says what to correct."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a place asks, read. A kind of channel that is missing in ``hours`` has the general ones."""

    hours: Mapping[str, Hours] = field(default_factory=dict)
    consent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def needs_express(self, channel: str) -> bool:
        """Say whether an implied consent is not enough for marketing by this kind of channel."""
        bases = self.consent.get(channel)
        return bool(bases) and "implied" not in (bases or ())


def overlay(country: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a state's rules with what its country says where the state says nothing."""
    found = dict(country) | dict(state)
    for part in ("hours", "consent", "required", "keywords"):
        found[part] = dict(country.get(part, {})) | dict(state.get(part, {}))
    return found


def read_rules(stored: Mapping[str, Any]) -> Rules:
    """Return stored rules. Raises InvalidRules."""
    closed_on = frozenset(_checked_holiday(one) for one in _listed(stored, "closed_on", MAX_HOLIDAYS))
    keeping = frozenset(map(str, _listed(stored, "holidays", len(CHANNELS))))
    hours = {}
    for channel, windows in _mapped(stored, "hours").items():
        if channel not in CHANNELS:
            raise InvalidRules(_("“%(channel)s” is no kind of channel that has rules.") % {"channel": channel})
        if windows or channel in keeping:
            hours[channel] = _read_hours(windows, closed_on if channel in keeping else frozenset())
    return Rules(
        hours=hours,
        consent=_chosen(stored, "consent", ("express", "implied")),
        keywords={
            str(language): tuple(str(word)[:40] for word in words[:MAX_KEYWORDS])
            for language, words in _mapped(stored, "keywords").items()
        },
        required=_chosen(stored, "required", tuple(REQUIRED_TEXT)),
    )


def _chosen(stored: Mapping[str, Any], part: str, allowed: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found = {}
    for channel, codes in _mapped(stored, part).items():
        unknown = [code for code in codes if code not in allowed]
        if channel not in CHANNELS or unknown:
            raise InvalidRules(_("“%(code)s” is not known here.") % {"code": unknown[0] if unknown else channel})
        found[str(channel)] = tuple(code for code in allowed if code in codes)
    return found


def _mapped(stored: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    found = stored.get(part) or {}
    if not isinstance(found, Mapping):
        raise InvalidRules(_("“%(code)s” is not known here.") % {"code": part})
    return found


def _listed(stored: Mapping[str, Any], part: str, most: int) -> list[Any]:
    found = stored.get(part) or []
    if not isinstance(found, list) or len(found) > most:
        raise InvalidRules(_("At most %(number)d can be given.") % {"number": most})
    return found


def _checked_holiday(given: Any) -> str:
    if not isinstance(given, str) or not _HOLIDAY.fullmatch(given):
        raise InvalidRules(
            _("“%(day)s” is no holiday. Write month and day as 12-25, or days from Easter as easter-2.")
            % {"day": given}
        )
    return given


def _read_hours(windows: Iterable[Mapping[str, Any]], closed_on: frozenset[str]) -> Hours:
    days: list[list[Window]] = [[] for _day in WHOLE_WEEK]
    for number, window in enumerate(windows):
        if number >= MAX_WINDOWS:
            raise InvalidRules(_("At most %(number)d can be given.") % {"number": MAX_WINDOWS})
        opens, closes = read_time(str(window.get("from", ""))), read_time(str(window.get("to", "")))
        if opens >= closes:
            raise InvalidRules(_("The hours end before they begin: write the earlier time first."))
        for day in window.get("days", ()):
            if day not in WHOLE_WEEK:
                raise InvalidRules(_("“%(code)s” is not known here.") % {"code": day})
            days[day].append((opens, closes))
    if not any(days):
        days = [[(time(8), time(21))] for _day in WHOLE_WEEK]
    return Hours(tuple(merged(day) for day in days), closed_on)


def read_time(given: str) -> time:
    """Return a time of day, written 08:00; 24:00 is the end of the day. Raises InvalidRules."""
    if given == "24:00":
        return time.max
    found = _TIME.fullmatch(given)
    if found is None:
        raise InvalidRules(_("“%(time)s” is no time of day. Write it as 08:00.") % {"time": given})
    return time(int(found[1]), int(found[2]))
