"""What an invitation says (RFC 5545, RFC 6047): only the facts an agent reads, never a rule engine."""

from __future__ import annotations

import re

from engagement.channels.email.parsed import CalendarPart

MAX_SOURCE = 256 * 1024
_LINE = re.compile(r'([A-Za-z0-9-]{1,80})((?:;[A-Za-z0-9-]{1,80}=(?:"[^"]*"|[^";:]*))*):(.*)')
_TZID = re.compile(r';TZID="?([^";:]+)', re.IGNORECASE)
_CN = re.compile(r';CN=(?:"([^"]*)"|([^";:]*))', re.IGNORECASE)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?")
_ESCAPE = re.compile(r"\\([nN\\,;])")


def read(source: str, method: str) -> CalendarPart:
    """The first event of ``source``; ``method`` is the Content-Type's, the calendar's own counts first.

    Never raises: what is missing is empty.
    """
    source = source[:MAX_SOURCE]
    found: dict[str, tuple[str, str]] = {}
    depth: list[str] = []
    for line in _unfold(source):
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        name = match[1].upper()
        if name == "BEGIN":
            depth.append(match[3].strip().upper())
        elif name == "END":
            if depth and depth.pop() in _EVENTS:
                break
        elif (depth and depth[-1] in _EVENTS) or name == "METHOD":
            found.setdefault(name, (match[2], match[3].strip()))
    return _part(found, method, source)


_EVENTS = ("VEVENT", "VTODO", "VFREEBUSY")


def _unfold(source: str) -> list[str]:
    return source.replace("\n ", "").replace("\n\t", "").split("\n")


def _part(found: dict[str, tuple[str, str]], method: str, source: str) -> CalendarPart:
    zone = _TZID.search(found.get("DTSTART", ("", ""))[0])
    return CalendarPart(
        method=(found.get("METHOD", ("", ""))[1] or method).upper()[:40],
        summary=_text(found, "SUMMARY"),
        start=_time(found, "DTSTART"),
        end=_time(found, "DTEND") or _time(found, "DUE"),
        zone=zone[1].strip()[:100] if zone else "",
        location=_text(found, "LOCATION"),
        organizer=_organizer(found),
        uid=_text(found, "UID"),
        source=source,
    )


def _text(found: dict[str, tuple[str, str]], name: str) -> str:
    value = found.get(name, ("", ""))[1]
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)[:1_000]


def _time(found: dict[str, tuple[str, str]], name: str) -> str:
    match = _TIME.fullmatch(found.get(name, ("", ""))[1])
    if match is None:
        return ""
    day = f"{match[1]}-{match[2]}-{match[3]}"
    if match[4] is None:
        return day
    return f"{day}T{match[4]}:{match[5]}:{match[6]}{'+00:00' if match[7] else ''}"


def _organizer(found: dict[str, tuple[str, str]]) -> str:
    attributes, value = found.get("ORGANIZER", ("", ""))
    address = re.sub(r"(?i)^mailto:", "", value)[:320]
    name = _CN.search(attributes)
    name_text = (name[1] or name[2] or "").strip()[:200] if name else ""
    return f"{name_text} <{address}>" if name_text and name_text != address else address
