"""What of an e-mail goes into the thread, what beside it as a file, and what is noted for the agents."""

from __future__ import annotations

from dataclasses import dataclass

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from engagement.channels.email.parsed import CalendarPart, ParsedAttachment, ParsedEmail

LONGEST_TEXT = 200_000  # characters shown in a thread; PostgreSQL's search vectors end at 1 MiB
LONGEST_HTML = 1_000_000


@dataclass(frozen=True, slots=True)
class Content:
    """The parts of a thread's entry. Whatever was too long for it is whole in ``files``."""

    text: str
    html: str
    quoted_text: str
    quoted_html: str
    signature: str
    files: tuple[ParsedAttachment, ...]
    notes: tuple[str, ...]


def content_of(parsed: ParsedEmail) -> Content:
    """Divide ``parsed``: nothing of it gets lost."""
    files, notes = list(parsed.attachments), _notes(parsed)
    for part in parsed.calendar:
        if not _is_attached(part, files):
            files.append(_file("invite.ics", "text/calendar", part.source))
    text_fits = max(len(parsed.visible_text), len(parsed.quoted_text), len(parsed.signature)) <= LONGEST_TEXT
    html_fits = len(parsed.html_visible) + len(parsed.html_quoted) <= LONGEST_HTML
    if not text_fits:
        files.append(_file("message.txt", "text/plain", parsed.text))
        notes.append(_("The text is too long to show here. All of it is in the file message.txt."))
    if not html_fits:
        files.append(_file("message.html", "text/html", parsed.html))
        notes.append(_("The formatted text is too long to show here. All of it is in the file message.html."))
    return Content(
        text=parsed.visible_text[:LONGEST_TEXT],
        html=parsed.html_visible if html_fits else "",
        quoted_text=parsed.quoted_text[:LONGEST_TEXT],
        quoted_html=parsed.html_quoted if html_fits else "",
        signature=parsed.signature[:LONGEST_TEXT],
        files=tuple(files),
        notes=tuple(notes),
    )


def _notes(parsed: ParsedEmail) -> list[str]:
    notes = [
        _("The file %(name)s was left out: with %(size)s it is too large. It is still in the raw source.")
        % {"name": left_out.filename, "size": filesizeformat(left_out.size)}
        for left_out in parsed.oversized
    ]
    if any(defect.startswith("body cut") for defect in parsed.defects):
        notes.append(_("The text is cut here, because it is longer than 1 MiB. All of it is in the raw source."))
    return notes + [_invitation(part) for part in parsed.calendar]


def _invitation(part: CalendarPart) -> str:
    facts = [part.summary, " – ".join(time for time in (part.start, part.end) if time), part.location]
    return _("Appointment: %(facts)s") % {"facts": ", ".join(fact for fact in facts if fact)}


def _is_attached(part: CalendarPart, files: list[ParsedAttachment]) -> bool:
    source = part.source.encode()
    return any(file.content == source or "calendar" in file.declared_type for file in files)


def _file(filename: str, kind: str, text: str) -> ParsedAttachment:
    return ParsedAttachment(filename=filename, declared_type=kind, sniffed_type=kind, content=text.encode())
