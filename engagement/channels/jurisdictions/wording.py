"""Rules of a place in words, in the reader's language; and hours as people write them, read."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagement.channels.jurisdictions.rules import (
    CHANNEL_NAMES,
    CHANNELS,
    CONSENT_NAMES,
    REQUIRED_TEXT,
    InvalidRules,
    read_time,
)
from engagement.profiles.wording import plain

# As days are written in English, Portuguese, German, French and Spanish, without accents, by their first letters.
_DAYS = {
    0: "mon seg lun mo",
    1: "tue ter mar di",
    2: "wed qua mer mie mi",
    3: "thu qui jeu jue do",
    4: "fri sex ven vie fr",
    5: "sat sab sam sa",
    6: "sun dom dim so",
}
_DAY_OF = {word: day for day, words in _DAYS.items() for word in words.split()}
_LINE = re.compile(r"\s*(?P<days>[^\W\d_][^\d]*?)\s*(?P<opens>\d{1,2}:\d{2})\s*[-–]\s*(?P<closes>\d{1,2}:\d{2})\s*")


def describe_hours(windows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return windows as lines: "Mon–Fri 09:00–21:00"."""
    return [f"{_days(window['days'])} {window['from']}–{window['to']}" for window in windows]


def _days(days: Sequence[int]) -> str:
    """Neighbors as one span, else one by one."""
    spans: list[list[int]] = []
    for day in sorted(days):
        if spans and spans[-1][-1] == day - 1:
            spans[-1].append(day)
        else:
            spans.append([day])
    parts = []
    for span in spans:
        first, last = str(WEEKDAYS_ABBR[span[0]]), str(WEEKDAYS_ABBR[span[-1]])
        parts.append(first if len(span) == 1 else f"{first}–{last}" if len(span) > 2 else f"{first}, {last}")
    return ", ".join(parts)


def read_hours(text: str) -> list[dict[str, Any]]:
    """Return the windows of lines such as "Mon–Fri 09:00–21:00". Raises InvalidRules."""
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        match = _LINE.fullmatch(line[:100])
        if match is None:
            raise InvalidRules(
                _("“%(line)s” cannot be read. Write days and hours as Mon–Fri 09:00–21:00, one span a line.")
                % {"line": line.strip()[:60]}
            )
        opens, closes = match["opens"].zfill(5), match["closes"].zfill(5)
        if read_time(opens) >= read_time(closes):
            raise InvalidRules(_("The hours end before they begin: write the earlier time first."))
        found.append({"days": _read_days(match["days"]), "from": opens, "to": closes})
    return found


def _read_days(written: str) -> list[int]:
    days: set[int] = set()
    for part in re.split(r"[,;/]|\s+e\s+|\s+and\s+", written):
        ends = [_read_day(word) for word in re.split(r"\s*[-–]\s*|\s+(?:to|a)\s+", part.strip()) if word.strip()]
        if len(ends) == 1:
            days.add(ends[0])
        elif len(ends) == 2:
            first, last = ends
            days |= {day % 7 for day in range(first, last + 1 if last >= first else last + 8)}
        elif ends:
            raise _unknown_day(part)
    if not days:
        raise _unknown_day(written)
    return sorted(days)


def _read_day(word: str) -> int:
    folded = plain(word).strip(" .")
    for length in (3, 2):
        if (found := _DAY_OF.get(folded[:length])) is not None:
            return found
    raise _unknown_day(word)


def _unknown_day(word: str) -> InvalidRules:
    return InvalidRules(_("“%(day)s” is no day of the week. Write Mon, Tue, Wed …") % {"day": word.strip()[:30]})


def describe_holiday(code: str) -> str:
    """Return a holiday as people write it: a day and a month, or days from Easter Sunday."""
    if code.startswith("easter"):
        days = int(code.removeprefix("easter"))
        if not days:
            return _("Easter Sunday")
        if days < 0:
            return ngettext("%(days)d day before Easter", "%(days)d days before Easter", -days) % {"days": -days}
        return ngettext("%(days)d day after Easter", "%(days)d days after Easter", days) % {"days": days}
    month, day = code.split("-")
    try:
        return formats.date_format(date(2024, int(month), int(day)), "MONTH_DAY_FORMAT")
    except ValueError:
        return code


def channels_in(rules: Mapping[str, Any]) -> list[str]:
    """Return the kinds of channel that rules say something about."""
    said = {channel for part in ("hours", "consent", "required") for channel in rules.get(part, {})}
    return [channel for channel in CHANNELS if channel in said]


def describe_rules(rules: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return rules as (what, what is asked) lines, for reading and for comparing two versions."""
    lines: list[tuple[str, str]] = []
    keeping = rules.get("holidays", [])
    for channel in channels_in(rules):
        name = str(CHANNEL_NAMES[channel])
        if rules.get("hours", {}).get(channel):
            hours = "; ".join(describe_hours(rules["hours"][channel]))
            if channel in keeping:
                hours += "; " + _("never on holidays")
            lines.append((_("Allowed hours, %(channel)s") % {"channel": name}, hours))
        if channel in rules.get("consent", {}):
            lines.append((_("Consent, %(channel)s") % {"channel": name}, describe_consent(rules["consent"][channel])))
        if rules.get("required", {}).get(channel):
            lines.append((_("Required text, %(channel)s") % {"channel": name}, _required(rules["required"][channel])))
    for language, words in sorted(rules.get("keywords", {}).items()):
        lines.append((_("Opt-out keywords, %(language)s") % {"language": language}, ", ".join(words)))
    if rules.get("closed_on"):
        lines.append((_("Holidays"), ", ".join(map(describe_holiday, rules["closed_on"]))))
    return lines


def describe_consent(bases: Iterable[str]) -> str:
    """Return which consent marketing needs."""
    return str(CONSENT_NAMES["implied" if "implied" in bases else "express"])


def _required(codes: Iterable[str]) -> str:
    return ", ".join(str(REQUIRED_TEXT[code]) for code in codes if code in REQUIRED_TEXT)


def compare_rules(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return (what, before, after) of each line that two versions do not share."""
    old, new = dict(describe_rules(before)), dict(describe_rules(after))
    return [(what, old.get(what, ""), new.get(what, "")) for what in {**old, **new} if old.get(what) != new.get(what)]
