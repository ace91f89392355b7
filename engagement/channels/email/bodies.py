"""From the tree of parts to what is read and what is attached (RFC 2046, 2183, 2387, 3676)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engagement.channels.email import (
    calendars,
    charsets,
    forwards,
    html_quoting,
    html_text,
    quoting,
    sanitising,
    smime,
    tnef,
)
from engagement.channels.email.alternatives import Better, compare_versions, is_same
from engagement.channels.email.attachments import safe_filename, sniff
from engagement.channels.email.flowed import unflow
from engagement.channels.email.headers import Headers, decode_words, split_fields
from engagement.channels.email.mime import Part, uu_blocks
from engagement.channels.email.mime import read as read_parts
from engagement.channels.email.parsed import CalendarPart, Forward, Oversized, ParsedAttachment

MAX_TEXT = 1024 * 1024
MAX_HTML = 1024 * 1024
_REPORTS = frozenset(
    {
        "message/delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
        "message/global-delivery-status",
        "message/global-disposition-notification",
    }
)
_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
_META_CHARSET = re.compile(rb"""(?i)<meta\s[^>]{0,200}?charset\s{0,5}=\s{0,5}["']?([a-z0-9_:.-]{1,40})""")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the body: plain text, HTML, or both as alternatives."""

    text: str = ""
    html: str = ""


@dataclass(slots=True)
class Content:
    """What a tree of parts holds."""

    max_attachment_bytes: int
    defects: list[str]
    segments: list[Segment] = field(default_factory=list)
    attachments: list[ParsedAttachment] = field(default_factory=list)
    oversized: list[Oversized] = field(default_factory=list)
    calendar: list[CalendarPart] = field(default_factory=list)
    reports: list[tuple[str, bytes]] = field(default_factory=list)
    originals: list[bytes] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    packed: list[Segment] = field(default_factory=list)
    opened: int = 0


@dataclass(frozen=True, slots=True)
class Body:
    """The text and the HTML of a message with their parts.

    ``plain_text`` is what the plain part said where the HTML's words were taken instead. ``is_formatted``: the HTML
    looks or reads otherwise than the text. ``prefers_text``: it leaves out much of what the text says.
    """

    text: str
    split: quoting.Split
    html: str
    html_visible: str
    html_quoted: str
    remote_images: int
    plain_text: str = ""
    is_formatted: bool = False
    prefers_text: bool = False
    forward: Forward | None = None


def collect(root: Part, *, max_attachment_bytes: int, defects: list[str]) -> Content:
    """Everything in the tree, in order."""
    content = Content(max_attachment_bytes, defects)
    _walk(root, content)
    return content


def _walk(part: Part, content: Content) -> None:
    if part.content_type == "multipart/encrypted":
        content.marks.add(ENCRYPTED)
    elif part.content_type == "multipart/signed":
        content.marks.add(SIGNED)
    if not part.is_multipart:
        _leaf(part, content)
    elif part.content_type == "multipart/alternative":
        _alternative(part, content)
    elif part.content_type == "multipart/related":
        _related(part, content)
    else:
        for child in part.children:
            _walk(child, content)


def _related(part: Part, content: Content) -> None:
    """The root first, wherever it stands; the rest belongs to it (RFC 2387)."""
    wanted = part.parameters.get("start", "").strip("<> ")
    root = next((c for c in part.children if wanted and _content_id(c) == wanted), part.children[0])
    _walk(root, content)
    for child in part.children:
        if child is root:
            continue
        if child.is_multipart or child.content_type in ("text/plain", "text/html"):
            _walk(child, content)
        else:
            _leaf(child, content, related=True)


def _alternative(part: Part, content: Content) -> None:
    """The plain and the HTML version become one segment; other versions of the text are not needed."""
    plain: list[Segment] = []
    rich: list[Segment] = []
    for child in part.children:
        before = len(content.segments)
        _walk(child, content)
        found = content.segments[before:]
        del content.segments[before:]
        if any(segment.html for segment in found):
            rich = rich or found
        elif found and not child.content_type.startswith("text/x-"):
            plain = plain or found
    if not rich:
        content.segments.extend(plain)
        return
    text = "\n\n".join(segment.text for segment in plain if segment.text)
    html = "\n".join(segment.html or html_text.to_html(segment.text) for segment in rich)
    content.segments.append(Segment(text if text.strip() else "", html))


def _leaf(part: Part, content: Content, *, related: bool = False) -> None:
    kind = part.content_type
    if kind in _REPORTS:
        content.reports.append((kind, part.content()))
    elif kind in _MESSAGES or (kind == "text/rfc822-headers" and part.disposition != "attachment"):
        _attached_message(part, content)
    elif kind in _CALENDARS or (kind == "application/octet-stream" and part.filename.lower().endswith(".ics")):
        _calendar(part, content)
    elif _is_cms(part):
        _open_cms(part, content)
    elif _is_tnef(part):
        _open_tnef(part, content)
    elif kind in _BYTES and part.filename.lower().endswith((".eml", ".msg.eml")):
        _attached_message(part, content)
    elif _is_body(part, content):
        _text(part, content)
    else:
        _attach(part, part.content(), content, inline=related or part.disposition == "inline")


SIGNED, ENCRYPTED = "signed", "encrypted"
MAX_OPENED = 5
MAX_CALENDARS = 10
MAX_MESSAGES = 10
MAX_MESSAGE = 10 * 1024 * 1024
_CALENDARS = ("text/calendar", "application/ics", "text/x-vcalendar")
_BYTES = ("application/octet-stream", "application/x-unknown", "application/eml", "text/plain", "message/partial")
_CMS_TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_TNEF_TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")


def _is_cms(part: Part) -> bool:
    return part.content_type in _CMS_TYPES or (
        part.content_type == "application/octet-stream" and part.filename.lower().endswith((".p7m", ".p7z"))
    )


def _open_cms(part: Part, content: Content) -> None:
    """Read on in what is only signed; what is encrypted, or cannot be opened, stays a file."""
    data = part.content()
    kind, inner = smime.open_cms(data)
    if kind is smime.Cms.ENCRYPTED or part.parameters.get("smime-type", "").lower() == "enveloped-data":
        content.marks.add(ENCRYPTED)
    elif kind is not smime.Cms.OTHER and inner and content.opened < MAX_OPENED:
        content.opened += 1
        if kind is smime.Cms.SIGNED:
            content.marks.add(SIGNED)
        _walk(read_parts(inner, content.defects), content)
        return
    _attach(part, data, content, inline=False)


def _is_tnef(part: Part) -> bool:
    return part.content_type in _TNEF_TYPES or part.filename.lower() in ("winmail.dat", "win.dat")


def _open_tnef(part: Part, content: Content) -> None:
    """Take the files out of winmail.dat; its text counts when the message has no other."""
    data = part.content()
    found = tnef.open_tnef(data) if content.opened < MAX_OPENED else None
    if found is None:
        _attach(part, data, content, inline=False)
        return
    content.opened += 1
    if found.text.strip() or found.html.strip():
        content.packed.append(Segment(found.text[:MAX_TEXT], found.html[:MAX_HTML]))
    for file in found.files:
        fields = [("content-id", file.content_id.encode("utf-8", "replace"))] if file.content_id else []
        kind = file.content_type or "application/octet-stream"
        packed = Part(Headers(fields), kind, {}, file.data, "attachment", file.name)
        if kind in _MESSAGES or packed.filename.lower().endswith(".eml"):
            _attached_message(packed, content)
        else:
            _attach(packed, file.data, content, inline=bool(file.content_id))


def _is_body(part: Part, content: Content) -> bool:
    """Text without a name that is not declared an attachment; a name is forgiven to the first text."""
    if part.disposition == "attachment":
        return False
    if part.content_type not in ("text/plain", "text/html"):
        unknown = part.content_type.startswith("text/") or part.content_type == "text"
        return unknown and not part.filename and part.content_type not in _TEXT_FILES
    return not part.filename or (not content.segments and part.disposition == "")


_TEXT_FILES = frozenset(
    f"text/{subtype}"
    for subtype in (
        *("csv", "rtf", "vcard", "x-vcard", "directory", "xml", "css", "javascript", "tab-separated-values"),
        *("x-amp-html", "watch-html", "x-watch-html"),
    )
)


def _text(part: Part, content: Content) -> None:
    data = part.content()
    if part.content_type == "text/html":
        content.segments.append(Segment(html=_decoded(part, data, content, MAX_HTML)))
        return
    data, files = uu_blocks(data)
    text = _without_armor(_decoded(part, data, content, MAX_TEXT), content)
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflow(text, delsp=part.parameters.get("delsp", "").lower() == "yes")
    if text.strip():
        content.segments.append(Segment(text=text))
    for name, file_data in files:
        bare = Part(Headers([]), "application/octet-stream", {}, b"", "attachment", name)
        _attach(bare, file_data, content, inline=False)


_ARMOR = "-----BEGIN PGP "
_ARMOR_ENDS = ("-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNED MESSAGE-----")


def _without_armor(text: str, content: Content) -> str:
    """PGP in the text itself (RFC 9580): what is signed is read without its armor, what is encrypted is told."""
    begin = text.find(_ARMOR)
    if begin < 0 or text[:begin].strip(" \t\n"):
        if begin > 0 and text.startswith(f"{_ARMOR}MESSAGE-----", begin) and text[begin - 1] == "\n":
            content.marks.add(ENCRYPTED)
        return text
    if text.startswith(f"{_ARMOR}MESSAGE-----", begin):
        content.marks.add(ENCRYPTED)
        return text
    if not text.startswith(f"{_ARMOR}SIGNED MESSAGE-----", begin):
        return text
    _head, blank, signed = text[begin:].partition("\n\n")
    if not blank:
        return text
    content.marks.add(SIGNED)
    end = min((at for mark in _ARMOR_ENDS if (at := signed.find(mark)) >= 0), default=len(signed))
    lines = signed[:end].split("\n")
    return "\n".join(line.removeprefix("- ") for line in lines)


def _decoded(part: Part, data: bytes, content: Content, limit: int) -> str:
    label = part.parameters.get("charset", "")
    if not label and part.content_type == "text/html" and (found := _META_CHARSET.search(data[:4_096])):
        label = found[1].decode("ascii")
    if len(data) > 4 * limit:
        data = data[: 4 * limit]
    text, defect = charsets.decode(data, label)
    if defect:
        content.defects.append(defect)
    text = charsets.clean(text)
    if len(text) > limit:
        content.defects.append("body cut: it is longer than 1 MiB")
        text = text[:limit]
    return text


def _calendar(part: Part, content: Content) -> None:
    data = part.content()
    source = charsets.clean(charsets.decode(data, part.parameters.get("charset", "utf-8"))[0])
    found = None
    if "BEGIN:VCALENDAR" in source.upper()[:2_000] and len(content.calendar) < MAX_CALENDARS:
        found = calendars.read(source, part.parameters.get("method", ""))
    if found is None:
        part.filename = part.filename or "invite.ics"
    elif all(found.uid != other.uid or found.kind != other.kind for other in content.calendar):
        content.calendar.append(found)
    if part.filename or part.disposition == "attachment":
        _attach(part, data, content, inline=False)


def _attached_message(part: Part, content: Content) -> None:
    data = part.content()
    if len(content.originals) < 20 and part.content_type not in _BYTES:
        content.originals.append(data[:65_536])
    if part.content_type != "text/rfc822-headers" and len(content.messages) < MAX_MESSAGES and len(data) <= MAX_MESSAGE:
        content.messages.append(data)
    if part.content_type == "text/rfc822-headers":
        return
    if not part.filename:
        part.filename = f"{Headers(split_fields(data[:65_536])[0]).text('subject')[:100] or 'message'}.eml"
    _attach(part, data, content, inline=False)


def _attach(part: Part, data: bytes, content: Content, *, inline: bool) -> None:
    number = len(content.attachments) + len(content.oversized) + 1
    filename = safe_filename(decode_words(part.filename), part.content_type, number)
    if len(data) > content.max_attachment_bytes:
        content.oversized.append(Oversized(filename, len(data)))
        content.defects.append(f"attachment left out, {len(data)} bytes: {filename}")
        return
    if not data and not part.filename:
        return
    content.attachments.append(
        ParsedAttachment(
            filename=filename,
            declared_type=part.content_type[:150],
            sniffed_type=sniff(data),
            content=data,
            content_id=_content_id(part),
            inline=inline,
            is_message=part.content_type in _MESSAGES or filename.lower().endswith(".eml"),
        )
    )


def _content_id(part: Part) -> str:
    return charsets.clean(part.headers.first("content-id")).strip("<> \t")[:300]


def body(content: Content, *, divide: bool, subject: str = "") -> Body:
    """The segments of ``content`` as one text and one HTML document, sanitised.

    ``divide`` folds quotations and signatures, and finds what was forwarded; what mail servers write has none of it.
    """
    segments = content.segments
    if not any(segment.text.strip() or segment.html.strip() for segment in segments):
        segments = content.packed
    versions = [_version(segment, content.defects) for segment in segments]
    text = "\n\n".join(version.text.strip("\n") for version in versions if version.text.strip())[: 2 * MAX_TEXT]
    passed_on = forwards.find_forward(text, subject) if divide else None
    split = _divided(passed_on.before if passed_on else text, divide)
    forward = passed_on.forward if passed_on else None
    if not any(version.html for version in versions):
        return Body(text, split, "", "", "", 0, forward=forward)
    joined = "\n".join(version.html or html_text.to_html(version.text) for version in versions)
    visible, quoted = html_quoting.split(joined) if divide and not forward else (joined, "")
    if quoted and not split.quoted:
        split = _divided_by_marks(visible, quoted)
    first, rest = sanitising.rewrite(visible), sanitising.rewrite(quoted)
    return Body(
        text=text,
        split=split,
        html=sanitising.rewrite(joined).html if quoted else first.html,
        html_visible=first.html,
        html_quoted=rest.html,
        remote_images=first.remote_images + rest.remote_images,
        plain_text="\n\n".join(version.plain for version in versions if version.plain),
        is_formatted=any(version.differs for version in versions) or _FORMATTED.search(first.html) is not None,
        prefers_text=any(version.better is Better.PLAIN for version in versions),
        forward=forward,
    )


@dataclass(frozen=True, slots=True)
class _Version:
    """One segment, its better text chosen."""

    text: str
    html: str = ""
    plain: str = ""
    differs: bool = False
    better: Better = Better.SAME


_FORMATTED = re.compile(r"<(?:b|strong|i|em|u|s|del|strike|mark|big)>|<h[1-6][ >]| data-(?:color|background)=")


def _version(segment: Segment, defects: list[str]) -> _Version:
    if not segment.html:
        return _Version(segment.text)
    html = _sieve(segment.html, defects)
    read = html_text.to_text(html)
    if not read.strip() and "<img" not in html:
        return _Version(segment.text)  # HTML with nothing in it
    if not segment.text.strip():
        return _Version(read, html)
    better = compare_versions(segment.text, read)
    if better is Better.RICH:
        return _Version(read, html, plain=segment.text.strip("\n"), better=better)
    return _Version(segment.text, html, differs=not is_same(segment.text, read), better=better)


def _divided(text: str, divide: bool) -> quoting.Split:
    return quoting.split(text) if divide else quoting.Split(text, "", "", "")


def _divided_by_marks(visible: str, quoted: str) -> quoting.Split:
    """What mail programs marked in the HTML as quoted, where the lines of the text do not tell of it."""
    own, folded = quoting.split(html_text.to_text(visible)), html_text.to_text(quoted).strip("\n")
    return quoting.Split(own.visible, folded, own.signature, f"{own.folded}\n\n{folded}".strip("\n"))


def _sieve(html: str, defects: list[str]) -> str:
    sieved = sanitising.sieve(html)
    if len(sieved) > 2 * MAX_HTML:
        defects.append("HTML cut: it is longer than 2 MiB")
        sieved = sanitising.sieve(sieved[:MAX_HTML])
    return sieved
