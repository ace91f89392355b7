"""What an invitation says, in the language and time zone that are active: for the reader's card and for the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from engagement.channels.email.parsed import CalendarPart

KINDS = {
    "request": gettext_noop("Invitation"),
    "moved": gettext_noop("Invitation moved or updated"),
    "updated": gettext_noop("Invitation updated"),
    "canceled": gettext_noop("Canceled"),
    "accepted": gettext_noop("%(name)s accepted"),
    "declined": gettext_noop("%(name)s declined"),
    "tentative": gettext_noop("%(name)s accepted tentatively"),
    "delegated": gettext_noop("%(name)s delegated the invitation"),
    "replied": gettext_noop("Reply to the invitation"),
    "counter": gettext_noop("Another time is proposed"),
    "counter_declined": gettext_noop("The proposed time was declined"),
    "event": gettext_noop("Event"),
}
_KEPT = ("summary", "start", "end", "is_floating", "location", "organizer", "description", "comment", "link")
_ALSO_KEPT = ("attendee", "repeats", "is_one_of_several", "zone", "uid", "occurrence", "sequence", "stamp")


@dataclass(frozen=True, slots=True)
class CalendarCard:
    """A heading that says what happens, the title of the appointment, and facts with their labels."""

    heading: str
    kind: str
    title: str
    facts: list[tuple[str, str]]
    link: str

    @property
    def as_text(self) -> str:
        """All of it as plain text."""
        lines = [self.heading, self.title, *(f"{label}: {value}" for label, value in self.facts)]
        if self.link and self.link not in "\n".join(lines):
            lines.append(self.link)
        return "\n".join(line for line in lines if line)


def facts_of(part: CalendarPart) -> dict[str, Any]:
    """Return what is stored of an invitation: codes and values, no words of ours."""
    found = {name: value for name, value in asdict(part).items() if name in _KEPT + _ALSO_KEPT and value}
    return {"change": part.kind} | found


def describe_event(facts: Mapping[str, Any]) -> CalendarCard:
    """Return the card of an invitation from what ``facts_of`` stored."""
    kind = facts.get("change", "event")
    kind = kind if kind in KINDS else "event"
    heading = heading_of(kind, facts.get("attendee", ""))
    earlier = facts.get("earlier") or {}
    shown = [
        (_("When"), _when(facts) or _when(earlier)),
        (_("Moved from"), _when(earlier) if kind == "moved" else ""),
        (_("Repeats"), _repetition(facts.get("repeats") or {})),
        (_("Outdated"), _outdated(facts)),
        ("", _("One occurrence of a series") if facts.get("is_one_of_several") else ""),
        (_("Where"), facts.get("location", "")),
        (_("Organizer"), facts.get("organizer", "")),
        (_("Description"), facts.get("description", "")),
        (_("Comment"), facts.get("comment", "")),
    ]
    return CalendarCard(
        heading=heading,
        kind=kind,
        title=facts.get("summary", "") or earlier.get("summary", ""),
        facts=[(label or _("Series"), value) for label, value in shown if value],
        link=facts.get("link", ""),
    )


def heading_of(kind: str, name: str) -> str:
    """Return what happens, in a few words; ``name`` is who answers."""
    sentence = KINDS.get(kind, KINDS["event"])
    heading = _(sentence)
    return heading % {"name": name or _("Somebody")} if "%(name)s" in heading else heading


def search_text_of(facts: Mapping[str, Any]) -> str:
    """Return the invitation's own words for search and previews, without any of ours."""
    names = ("summary", "location", "organizer", "attendee", "description", "comment", "link")
    return "\n".join(dict.fromkeys(str(facts[name]) for name in names if facts.get(name)))


def _outdated(facts: Mapping[str, Any]) -> str:
    if facts.get("is_outdated"):
        return _("A newer message about this appointment arrived before.")
    return _("A newer message about this appointment has arrived since.") if facts.get("is_superseded") else ""


def _when(facts: Mapping[str, Any]) -> str:
    start, end = _moment(facts.get("start", "")), _moment(facts.get("end", ""))
    if start is None:
        return ""
    if not isinstance(start, datetime):
        return _days(start, end)
    words = f"{formats.date_format(start, 'l')}, {formats.date_format(start, 'DATETIME_FORMAT')}"
    if isinstance(end, datetime) and end > start:
        is_same_day = end.date() == start.date()
        words += f" – {formats.date_format(end, 'TIME_FORMAT' if is_same_day else 'DATETIME_FORMAT')}"
    if facts.get("is_floating"):
        return _("%(when)s (local time of the place)") % {"when": words}
    return f"{words} ({timezone.get_current_timezone_name()})"


def _days(start: date, end: date | None) -> str:
    words = f"{formats.date_format(start, 'l')}, {formats.date_format(start, 'DATE_FORMAT')}"
    if end is not None and not isinstance(end, datetime) and (end - start).days > 1:
        last = date.fromordinal(end.toordinal() - 1)  # RFC 5545: the end is the day after
        words += f" – {formats.date_format(last, 'DATE_FORMAT')}"
    return _("%(day)s (all day)") % {"day": words}


def _moment(text: Any) -> date | None:
    if not isinstance(text, str):
        return None  # of an appointment without an end, as it was stored before
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return timezone.localtime(moment) if moment.tzinfo else moment


def _repetition(rule: Mapping[str, Any]) -> str:
    frequency, every = rule.get("frequency", ""), int(rule.get("interval", 1))
    if not frequency:
        return ""
    words = {
        "DAILY": ngettext("every day", "every %(n)d days", every),
        "WEEKLY": ngettext("every week", "every %(n)d weeks", every),
        "MONTHLY": ngettext("every month", "every %(n)d months", every),
        "YEARLY": ngettext("every year", "every %(n)d years", every),
    }.get(frequency, _("by a rule of its own"))
    words = words % {"n": every} if "%(n)d" in words else words
    if rule.get("count"):
        count = int(rule["count"])
        words += ", " + ngettext("%(n)d time", "%(n)d times", count) % {"n": count}
    until = _moment(str(rule.get("until", "")))
    if until is not None:
        words += ", " + _("until %(day)s") % {"day": formats.date_format(until, "DATE_FORMAT")}
    return words
