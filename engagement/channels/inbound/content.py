"""What of an e-mail goes into the thread, what beside it as a file, and what is noted for the agents."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop

from engagement.channels.email.parsed import CalendarPart, Forward, NestedMessage, ParsedAttachment, ParsedEmail
from engagement.channels.inbound.calendar_text import facts_of, search_text_of
from engagement.channels.notes import write_note

LONGEST_TEXT = 200_000  # characters shown in a thread; PostgreSQL's search vectors end at 1 MiB
LONGEST_HTML = 1_000_000
LONGEST_PLAIN_TEXT = 20_000
MAX_SECTIONS = 30
MAX_FILES = 200
MAX_NESTED_HTML = 300_000  # characters, of all opened messages of one


@dataclass(frozen=True, slots=True)
class Content:
    """The parts of a thread's entry. Whatever was too long for it is whole in ``files``.

    ``text`` is all that there is to read: what the sender wrote, then what was opened or passed on. ``layout`` says
    what is what in it, and what else the thread shows: see ``docs/email-content.md``.
    """

    text: str
    html: str
    quoted_text: str
    quoted_html: str
    signature: str
    files: tuple[ParsedAttachment, ...]
    notes: tuple[str, ...]
    layout: dict[str, Any] = field(default_factory=dict)


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
        notes.append(gettext_noop("The text is too long to show here. All of it is in the file message.txt."))
    if not html_fits:
        files.append(_file("message.html", "text/html", parsed.html))
        notes.append(
            gettext_noop("The formatted text is too long to show here. All of it is in the file message.html.")
        )
    own, signature = parsed.visible_text[:LONGEST_TEXT], parsed.signature[:LONGEST_TEXT]
    if not own.strip() and not files and not parsed.quoted_text and not parsed.forward:
        own, signature = signature, ""  # nothing but "Sent from my phone": never an empty entry
    text, layout = _lay_out(own, parsed, files)
    return Content(
        text=text,
        html=parsed.html_visible if html_fits else "",
        quoted_text=parsed.quoted_text[:LONGEST_TEXT],
        quoted_html=parsed.html_quoted if html_fits else "",
        signature=signature,
        files=tuple(files),
        notes=tuple(notes),
        layout=layout,
    )


def _lay_out(own: str, parsed: ParsedEmail, files: list[ParsedAttachment]) -> tuple[str, dict[str, Any]]:
    """Return the whole text and what is what in it; files of opened messages are added to ``files``."""
    writer = _Writer(own)
    if parsed.forward:
        writer.add_forward(parsed.forward)
    for part in parsed.calendar:
        facts = facts_of(part)
        writer.add("calendar", search_text_of(facts), facts)
    for message in parsed.messages:
        writer.add_message(message, files, depth=1)
    if not writer.text.strip() and "encrypted" in parsed.marks:
        writer.add("encrypted", "", {})
    layout: dict[str, Any] = {
        "own_length": len(own) if writer.sections else None,
        "sections": writer.sections,
        "marks": sorted(parsed.marks),
        "plain_text": parsed.plain_text[:LONGEST_PLAIN_TEXT],
        "is_formatted": parsed.is_formatted,
        "prefers_text": parsed.prefers_text,
    }
    return writer.text, {
        name: value for name, value in layout.items() if value or (name == "own_length" and value is not None)
    }


class _Writer:
    """The text of an entry with what is added to it, each with its place."""

    def __init__(self, own: str) -> None:
        self.text = own
        self.sections: list[dict[str, Any]] = []
        self._html_room = MAX_NESTED_HTML

    def add(self, kind: str, text: str, facts: dict[str, Any], *, head: str = "") -> None:
        """Add a part: ``head`` is for search and for readers of the plain text, the thread draws ``facts``."""
        room = LONGEST_TEXT - len(self.text)
        if room <= 0 or len(self.sections) >= MAX_SECTIONS:
            return
        before = f"{head}\n\n" if head else ""
        self.text = f"{self.text}\n\n{before}" if self.text.strip() else before
        at = len(self.text)
        self.text += text[:room]
        # An appointment has an end of its own.
        self.sections.append({"kind": kind, "at": at, "stop" if kind == "calendar" else "end": len(self.text)} | facts)

    def add_forward(self, forward: Forward) -> None:
        facts = {"name": forward.name, "address": forward.address, "date": forward.date}
        facts |= {"subject": forward.subject, "to": forward.to}
        head = "\n".join(line for line in (_written(forward.name, forward.address), forward.subject) if line)
        self.add("forward", forward.text, {name: value for name, value in facts.items() if value}, head=head)

    def add_message(self, message: NestedMessage, files: list[ParsedAttachment], *, depth: int) -> None:
        first = len(files)
        files.extend(message.attachments[: max(0, MAX_FILES - first)])
        sender = message.sender
        facts: dict[str, Any] = {
            "name": sender.name if sender else "",
            "address": sender.address if sender else "",
            "to": ", ".join(_written(one.name, one.address) for one in message.to)[:500],
            "sent_at": message.date.isoformat() if message.date else "",
            "subject": message.subject,
            "files": list(range(first, len(files))),
            "marks": sorted(message.marks),
            "depth": depth,
            "html": message.html if len(message.html) <= self._html_room else "",
        }
        self._html_room -= len(facts["html"])
        head = "\n".join(line for line in (_written(facts["name"], facts["address"]), message.subject) if line)
        self.add("message", message.text, {name: value for name, value in facts.items() if value}, head=head)
        for inner in message.messages:
            self.add_message(inner, files, depth=depth + 1)


def _written(name: str, address: str) -> str:
    return f"{name} <{address}>" if name and address else name or address


def _notes(parsed: ParsedEmail) -> list[str]:
    notes = [
        write_note(
            gettext_noop(
                "The file %(name)s was left out: with %(size)s it is too large. It is still in the raw source."
            ),
            name=left_out.filename,
            size=left_out.size,
        )
        for left_out in parsed.oversized
    ]
    if any(defect.startswith("body cut") for defect in parsed.defects):
        notes.append(
            gettext_noop("The text is cut here, because it is longer than 1 MiB. All of it is in the raw source.")
        )
    return notes


def _is_attached(part: CalendarPart, files: list[ParsedAttachment]) -> bool:
    source = part.source.encode()
    return any(file.content == source or "calendar" in file.declared_type for file in files)


def _file(filename: str, kind: str, text: str) -> ParsedAttachment:
    return ParsedAttachment(filename=filename, declared_type=kind, sniffed_type=kind, content=text.encode())
