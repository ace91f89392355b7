"""What stands in a received message beside its sender's own words: forwarded and opened messages, invitations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from conversations.inline_images import drawn_files
from conversations.models import Message
from engagement.channels.inbound.calendar_text import CalendarCard, describe_event
from engagement.channels.models import Attachment


@dataclass(frozen=True)
class Section:
    """One part of a message as the thread shows it."""

    number: int
    kind: str  # forward, message, calendar
    text: str = ""
    name: str = ""
    address: str = ""
    to: str = ""
    date: str = ""
    subject: str = ""
    card: CalendarCard | None = None
    files: list[Attachment] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    depth: int = 1
    has_html: bool = False
    has_pictures: bool = False  # its HTML shows files that came along

    @property
    def sender(self) -> str:
        """The name and the address, as far as they are known."""
        return f"{self.name} <{self.address}>" if self.name and self.address else self.name or self.address

    @property
    def mark_words(self) -> list[tuple[str, str]]:
        """The glyph and the words of each mark."""
        return describe_marks(self.marks)


def layout_of(message: Message) -> Mapping[str, Any]:
    """What the parser noted about the parts of a message; empty for one that has none."""
    found = message.detail.get("layout")
    return found if isinstance(found, dict) else {}


def own_text(message: Message) -> str:
    """What the sender wrote, without what was forwarded, opened or is drawn as a card."""
    length = layout_of(message).get("own_length")
    return message.text if length is None else message.text[:length].rstrip("\n")


def whole_text(message: Message) -> str:
    """All that there is to read, with what we say of invitations and encrypted mail in the language that is active."""
    text, behind = message.text, len(message.text)
    for facts in reversed(layout_of(message).get("sections", ())):
        at = facts.get("at", 0)
        if facts.get("kind") == "calendar":
            text = f"{text[:at]}{describe_event(facts).as_text}{text[min(facts.get('stop', behind), behind) :]}"
        elif facts.get("kind") == "encrypted":
            text = f"{text[:at]}{_('Encrypted: cannot be read here')}"
        behind = at
    return text


def sections_of(message: Message, files: Sequence[Attachment]) -> list[Section]:
    """The parts of a message, in order."""
    return [
        _section(number, facts, message, files)
        for number, facts in enumerate(layout_of(message).get("sections", ()))
        if facts.get("kind") in ("forward", "message", "calendar")
    ]


def section_html(message: Message, number: int) -> str:
    """Return the sanitized HTML of an opened message by its number; empty for one without."""
    sections = layout_of(message).get("sections", ())
    found = sections[number].get("html", "") if 0 <= number < len(sections) else ""
    return found if isinstance(found, str) else ""


def section_files(message: Message, number: int) -> frozenset[int]:
    """The places of the files that came with an opened message, by its number; empty for one without."""
    sections = layout_of(message).get("sections", ())
    return frozenset(sections[number].get("files", ())) if 0 <= number < len(sections) else frozenset()


def section_at(message: Message, number: int) -> Section | None:
    """One part by its number, for an action on it."""
    return next((section for section in sections_of(message, ()) if section.number == number), None)


def _section(number: int, facts: Mapping[str, Any], message: Message, files: Sequence[Attachment]) -> Section:
    if facts["kind"] == "calendar":
        return Section(number=number, kind="calendar", card=describe_event(facts))
    sent_at = parse_datetime(facts.get("sent_at", ""))
    html = facts.get("html", "")
    inside = [files[index] for index in facts.get("files", ()) if index < len(files)]
    drawn = drawn_files(html, inside)
    return Section(
        number=number,
        kind=facts["kind"],
        text=message.text[facts.get("at", 0) : facts.get("end", 0)].strip("\n"),
        name=facts.get("name", ""),
        address=facts.get("address", ""),
        to=facts.get("to", ""),
        date=formats.date_format(timezone.localtime(sent_at), "DATETIME_FORMAT") if sent_at else facts.get("date", ""),
        subject=facts.get("subject", ""),
        files=[file for file in inside if file not in drawn],
        marks=facts.get("marks", []),
        depth=min(int(facts.get("depth", 1)), 3),
        has_html=bool(html),
        has_pictures=bool(drawn),
    )


def nested_files(message: Message) -> frozenset[int]:
    """The places of those files that stand with an opened message and not with the whole one."""
    sections = layout_of(message).get("sections", ())
    return frozenset(index for facts in sections for index in facts.get("files", ()))


def describe_marks(marks: Sequence[str]) -> list[tuple[str, str]]:
    """The glyph and the words of each mark of how a message came."""
    words = {
        "signed": ("shield-check", _("Signed; signature not checked")),
        "encrypted": ("lock", _("Encrypted: cannot be read here")),
    }
    return [words[mark] for mark in marks if mark in words]
