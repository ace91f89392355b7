"""What an invitation says (RFC 5545, RFC 5546, RFC 6047): the facts that an agent reads, never a rule engine."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Calendar, Component
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from engagement.channels.email.parsed import CalendarPart
from engagement.visible_text import visible_text

MAX_SOURCE = 256 * 1024
MAX_LINES = 5_000
MAX_TEXT = 2_000
MAX_ATTENDEES = 50
_EVENTS = ("VEVENT", "VTODO", "VJOURNAL")
_LINK = re.compile(r"https://[^\s<>\"]{4,1000}")
_MEETING_FIELDS = ("X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "CONFERENCE", "URL")
_ANSWERS = ("ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")


def read(source: str, method: str) -> CalendarPart | None:
    """The first event of ``source``; ``method`` is the Content-Type's, the calendar's own counts first.

    None when it cannot be read. Never raises; what is missing is empty.
    """
    source = source[:MAX_SOURCE]
    if source.count("\n") > MAX_LINES:
        return None
    try:
        calendar = Calendar.from_ical(_tidy(source))
        event = next((one for one in calendar.walk() if one.name in _EVENTS), None)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError):
        return None
    if event is None:
        return None
    try:
        return _part(calendar, event, method, source)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        return None


def _tidy(source: str) -> str:
    """From the beginning of the calendar to its end: some programs write around it, or forget its end."""
    start = source.upper().find("BEGIN:VCALENDAR")
    end = source.upper().rfind("END:VCALENDAR")
    return source[max(start, 0) : end + len("END:VCALENDAR") if end > 0 else None]


def _part(calendar: Component, event: Component, method: str, source: str) -> CalendarPart:
    method = (_text(calendar, "METHOD") or method).upper()[:40]
    start, zone, is_floating = _time(event, "DTSTART")
    end = _time(event, "DTEND")[0] or _time(event, "DUE")[0] or _end_by_duration(event, start)
    name, address = _person(event.get("ORGANIZER"))
    attendees = _attendees(event)
    answer = next((one for one in attendees if one["answer"]), None) if method == "REPLY" else None
    return CalendarPart(
        method=method,
        kind=_kind(method, _text(event, "STATUS").upper(), _sequence(event), answer),
        summary=visible_text(_text(event, "SUMMARY"))[:500],
        start=start,
        end=end,
        zone=zone,
        is_floating=is_floating,
        location=visible_text(_text(event, "LOCATION"))[:500],
        organizer=f"{name} <{address}>" if name and name != address else address,
        uid=_text(event, "UID")[:255],
        source=source,
        description=_text(event, "DESCRIPTION")[:MAX_TEXT].strip(),
        comment=_text(event, "COMMENT")[:MAX_TEXT].strip(),
        link=_meeting_link(event),
        attendee=(answer["name"] or answer["address"]) if answer else "",
        repeats=_rule(event),
        is_one_of_several="RECURRENCE-ID" in event,
        sequence=_sequence(event),
        occurrence=_time(event, "RECURRENCE-ID")[0],
        stamp=_time(event, "DTSTAMP")[0],
    )


def _kind(method: str, status: str, sequence: int, answer: dict[str, str] | None) -> str:
    """What the message does with the appointment."""
    if method == "CANCEL" or status == "CANCELLED":
        return "canceled"
    if method == "REPLY":
        return answer["answer"].lower() if answer else "replied"
    if method == "COUNTER":
        return "counter"
    if method == "DECLINECOUNTER":
        return "counter_declined"
    if method == "REQUEST":
        return "moved" if sequence > 0 else "request"
    return "event"


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _text(component: Component, name: str) -> str:
    value = _first(component.get(name, ""))
    return str(value) if value is not None else ""


def _sequence(event: Component) -> int:
    text = _text(event, "SEQUENCE").strip()
    return int(text) if text.isdigit() and len(text) < 10 else 0


def _person(value: Any) -> tuple[str, str]:
    """The name and the address of an organizer or attendee."""
    value = _first(value)
    if value is None:
        return "", ""
    parameters = getattr(value, "params", {})
    address = re.sub(r"(?i)^mailto:", "", str(value)).strip()[:320]
    return visible_text(str(parameters.get("CN", "")).strip('"'))[:200], visible_text(address)


def _attendees(event: Component) -> list[dict[str, str]]:
    given = event.get("ATTENDEE") or []
    found = []
    for one in (given if isinstance(given, list) else [given])[:MAX_ATTENDEES]:
        name, address = _person(one)
        answer = str(getattr(one, "params", {}).get("PARTSTAT", "")).upper()
        found.append({"name": name, "address": address, "answer": answer if answer in _ANSWERS else ""})
    return found


def _time(event: Component, name: str) -> tuple[str, str, bool]:
    """A time as ISO 8601, the IANA name of its zone, and whether it floats: no zone is known for it.

    A day is ``2026-12-03``; a time with a zone is in UTC.
    """
    value = _first(event.get(name))
    moment = getattr(value, "dt", None)
    if isinstance(moment, datetime):
        zone_id = str(getattr(value, "params", {}).get("TZID", ""))
        zone = zone_named(zone_id)
        if zone and moment.tzinfo is not UTC:
            moment = moment.replace(tzinfo=ZoneInfo(zone))
        if moment.tzinfo is None:
            return moment.isoformat(timespec="seconds"), "", True
        return moment.astimezone(UTC).isoformat(timespec="seconds"), zone, False
    return (moment.isoformat(), "", False) if isinstance(moment, date) else ("", "", False)


def zone_named(name: str) -> str:
    """The IANA zone of a TZID: its own name, Windows' name of it (CLDR), or a path that ends in it; else empty."""
    name = name.strip().strip('"')
    if not name or len(name) > 200:
        return ""
    known = WINDOWS_TO_OLSON.get(name)
    if known:
        return str(known)
    parts = name.strip("/").split("/")
    for count in (3, 2, 1):
        candidate = "/".join(parts[-count:])
        if len(parts) >= count and _exists(candidate):
            return candidate
    return ""


def _exists(name: str) -> bool:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+/-]{1,60}", name):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _end_by_duration(event: Component, start: str) -> str:
    duration = getattr(_first(event.get("DURATION")), "dt", None)
    if not start or not isinstance(duration, timedelta):
        return ""
    if len(start) == 10:
        return (date.fromisoformat(start) + duration).isoformat()
    return (datetime.fromisoformat(start) + duration).isoformat(timespec="seconds")


def _meeting_link(event: Component) -> str:
    for name in _MEETING_FIELDS:
        if found := _LINK.search(_text(event, name)[:2_000]):
            return found[0]
    for name in ("LOCATION", "DESCRIPTION"):
        if found := _LINK.search(_text(event, name)[:20_000]):
            return found[0].rstrip(".,;)>")
    return ""


def _rule(event: Component) -> dict[str, str | int]:
    """How it repeats, as far as one line can say."""
    rule = _first(event.get("RRULE"))
    if not rule:
        return {}
    frequency = str(_first(rule.get("FREQ", [""]))).upper()
    if frequency not in _FREQUENCIES:
        return {"frequency": "OTHER"}
    found: dict[str, str | int] = {"frequency": frequency}
    interval, count, until = (_first(rule.get(name)) for name in ("INTERVAL", "COUNT", "UNTIL"))
    if isinstance(interval, int) and 1 < interval < 1_000:
        found["interval"] = interval
    if isinstance(count, int) and 0 < count < 10_000:
        found["count"] = count
    if isinstance(until, date):
        found["until"] = until.isoformat()[:10]
    return found
