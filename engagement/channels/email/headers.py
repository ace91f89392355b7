"""Header fields: folding, encoded words, parameters, ids and dates, from whatever programs wrote.

Standards: RFC 5322 (fields), RFC 2047 (encoded words), RFC 2231 (parameters), RFC 6532 (UTF-8).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from engagement.channels.email import charsets

MAX_FIELDS = 2_000
MAX_LINES = 20_000
MAX_INDENTED = 10
MAX_TORN_LINES = 60
MAX_LINES_BEFORE = 5
MAX_IDS = 200
MAX_ID_LENGTH = 900
_MAX_PARAMETERS_LENGTH = 8_192
_MAX_VALUE_LENGTH = 256 * 1024

_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,200})[ \t]*:[ \t]*")
_KNOWN_FIELD = re.compile(
    rb"(?i)(?:from|to|cc|bcc|subject|date|sender|reply-to|return-path|message-id|in-reply-to|references"
    rb"|mime-version|received|delivered-to|list-[a-z-]{1,40}|content-[a-z-]{1,40}|x-[\x21-\x39\x3b-\x7e]{1,80})"
    rb"[ \t]*:"
)
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_GAP = re.compile(r"(?<=\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_PARAMETER = re.compile(r';\s*([^\s=;"]{1,100})\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')
_SEGMENT = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_BRACKETED = re.compile(r"<([^<>]*)>")


class Headers:
    """The fields of one header in order; names are case-insensitive.

    ``charset`` is what to read 8-bit fields by that are not UTF-8: the body's, as old programs did.
    """

    __slots__ = ("_values", "charset")

    def __init__(self, fields: list[tuple[str, bytes]]) -> None:
        self.charset = ""
        self._values: dict[str, list[bytes]] = {}
        for name, value in fields:
            self._values.setdefault(name, []).append(value)

    def __bool__(self) -> bool:
        return bool(self._values)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def first(self, name: str) -> str:
        """The first field ``name`` (lower case) unfolded but not decoded; empty when it is absent."""
        values = self._values.get(name)
        return _as_text(values[0], self.charset) if values else ""

    def every(self, name: str) -> list[str]:
        """All fields ``name`` (lower case), unfolded but not decoded."""
        return [_as_text(value, self.charset) for value in self._values.get(name, ())]

    def text(self, name: str) -> str:
        """The first field ``name`` that says something, with its encoded words decoded."""
        for value in self._values.get(name, ()):
            decoded = decode_words(_as_text(value, self.charset)).strip()
            if decoded:
                return decoded
        return ""


def split_fields(block: bytes, start: int = 0) -> tuple[list[tuple[str, bytes]], int, bool]:
    """The fields of the header that begins at ``start``, where the body begins, and if it was well formed.

    A line that is neither field nor continuation ends the header, unless a well-known field follows it:
    then some program folded without indentation, and the line belongs to the field before it.
    """
    fields: list[tuple[str, list[bytes]]] = []
    position, sound, lines = start, True, 0
    while position < len(block):
        line, after = _line(block, position)
        lines += 1
        if not line.strip():
            if not (line and fields and _goes_on(block, after)):
                position = after
                break
            sound = False
        elif line[0] in b" \t" and fields and lines < MAX_LINES:
            fields[-1][1].append(line.strip())
        elif (match := _FIELD.match(line)) and len(fields) < MAX_FIELDS:
            fields.append((match[1].decode("ascii").lower(), [line[match.end() :].rstrip()]))
        elif not fields and (line.startswith((b"From ", b">From ")) or _is_before_header(block, after, lines)):
            position = after  # the separator line of an mbox file, or "--- original message ---" above the header
            continue
        elif fields and lines < MAX_LINES and (_field_follows(block, after) or _is_torn(block, after, fields)):
            sound = False
            fields[-1][1].append(line.strip())
        else:
            sound = False
            break
        position = after
    return [(name, b" ".join(parts)) for name, parts in fields], position, sound


def _line(block: bytes, position: int) -> tuple[bytes, int]:
    end = block.find(b"\n", position)
    if end < 0:
        return block[position:], len(block)
    return block[position:end].rstrip(b"\r"), end + 1


def _field_follows(block: bytes, position: int) -> bool:
    """Whether the next line that is not indented begins a well-known field."""
    for _ in range(MAX_INDENTED):
        if _KNOWN_FIELD.match(block, position):
            return True
        line, position = _line(block, position)
        if not line.strip() or line[0] not in b" \t":
            return False
    return False


# Without these a message cannot be read: as long as one of them comes, the header has not ended.
_NEEDED = re.compile(
    rb"(?i)(from|to|subject|date|message-id|mime-version|content-type|content-transfer-encoding)[ \t]*:[ \t]*\S"
)


def _is_torn(block: bytes, position: int, fields: list[tuple[str, list[bytes]]]) -> bool:
    """Whether several lines lost the blank that folded them: a field that the header lacks yet comes before the
    empty line that ends it.
    """
    seen = {name for name, _ in fields}
    for _ in range(MAX_TORN_LINES):
        line, after = _line(block, position)
        if not line.strip() or after == position:
            return False
        needed = _NEEDED.match(line)
        if needed and needed[1].decode("ascii").lower() not in seen:
            return True
        position = after
    return False


def _is_before_header(block: bytes, position: int, lines: int) -> bool:
    """Whether a header begins within the next lines, and this one is no part of it."""
    for _ in range(MAX_LINES_BEFORE - lines):
        line, after = _line(block, position)
        if _KNOWN_FIELD.match(line):
            return True
        if after == position:
            return False
        position = after
    return False


_LONE_RETURN = re.compile(rb"\r(?![\r\n])")
_HEADER_END = re.compile(rb"\n\r?\n")


def mend_line_ends(raw: bytes) -> bytes:
    """``raw`` with the line ends of systems that wrote a carriage return alone: in all of it when its first line ends
    so, else in its header. What SMTP adds at the end does not count.
    """
    if b"\r" not in raw:
        return raw
    first = re.search(rb"[\r\n]", raw)
    if first and _LONE_RETURN.match(raw, first.start()):
        return _LONE_RETURN.sub(b"\n", raw)
    end = _HEADER_END.search(raw)
    head = raw[: end.start()] if end else raw
    if not _LONE_RETURN.search(head):
        return raw
    return _LONE_RETURN.sub(b"\n", head) + raw[len(head) :]


def _goes_on(block: bytes, position: int) -> bool:
    """A line of nothing but blanks is part of a folded field when the header clearly goes on after it."""
    line, after = _line(block, position)
    return bool(_KNOWN_FIELD.match(line) or (line.strip() and _field_follows(block, after)))


def _as_text(value: bytes, charset: str) -> str:
    value = value[:_MAX_VALUE_LENGTH]
    if value.isascii() or not charset:
        return charsets.clean(charsets.decode_guessing(value))
    try:
        return charsets.clean(value.decode("utf-8"))
    except UnicodeDecodeError:
        return charsets.clean(charsets.decode(value, charset)[0])


def decode_words(value: str) -> str:
    """``value`` with its RFC 2047 words decoded, also where programs put them wrongly."""
    if "=?" not in value:
        return value
    value = _GAP.sub("", value)
    pieces: list[str] = []
    pending, pending_charset, position = b"", "", 0
    for match in _ENCODED_WORD.finditer(value):
        charset = match[1].partition("*")[0].lower()
        if pending and (match.start() > position or charset != pending_charset):
            pieces.append(charsets.decode(pending, pending_charset)[0])
            pending = b""
        pieces.append(value[position : match.start()])
        pending += _word_bytes(match[2], match[3], charset)
        pending_charset, position = charset, match.end()
    if pending:
        pieces.append(charsets.decode(pending, pending_charset)[0])
    pieces.append(value[position:])
    return charsets.clean("".join(pieces)).replace("\n", " ")


def _word_bytes(encoding: str, text: str, charset: str) -> bytes:
    data = text.encode() if text.isascii() else charsets.encode_again(text, charset)
    if encoding in "qQ":
        return binascii.a2b_qp(data.replace(b"_", b" ").replace(b"\n", b""), header=False)
    return decode_base64(data)


def decode_base64(data: bytes) -> bytes:
    """Base64 as far as it goes: foreign characters skipped, missing padding supplied."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        letters = _NOT_BASE64.sub(b"", data)
        return binascii.a2b_base64(letters[: len(letters) - (len(letters) % 4 == 1)] + b"==")


_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """``text/plain; charset=x`` as its value in lower case and its parameters, decoded by RFC 2231."""
    value = value[:_MAX_PARAMETERS_LENGTH]
    main, semicolon, rest = value.partition(";")
    if not semicolon:
        return main.strip().lower(), {}
    plain: dict[str, str] = {}
    segments: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(semicolon + rest):
        name, text = match[1].lower(), _unquote(match[2].strip())
        segment = _SEGMENT.fullmatch(name)
        if segment and (segment[2] or segment[3]):
            part = segments.setdefault(segment[1], {})
            part.setdefault(int(segment[2] or 0), (text, bool(segment[3])))
        else:
            plain.setdefault(name, decode_words(text))
    for name, parts in segments.items():
        plain[name] = _join_segments(parts)
    return main.strip().lower(), plain


def _unquote(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1]) if "\\" in text else text[1:-1]
    return text.strip('"')


def _join_segments(parts: dict[int, tuple[str, bool]]) -> str:
    """RFC 2231: the charset stands in the first segment, each segment says if it is percent-encoded."""
    charset, data, plain = "", b"", ""
    encoded_any = any(encoded for _, encoded in parts.values())
    for number in sorted(parts):
        text, encoded = parts[number]
        if encoded and number == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        plain += text
        data += unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
    if not encoded_any:
        return decode_words(plain)
    return charsets.clean(charsets.decode(data, charset or "utf-8")[0])


def message_ids(value: str) -> tuple[str, ...]:
    """The message ids in a Message-ID, In-Reply-To or References field, without brackets, each once.

    Of more than MAX_IDS the first and the newest stay: they name the start of the thread and its end.
    """
    found = _BRACKETED.findall(value)
    if not found:
        found = [word.strip("<>,;") for word in value.split() if "@" in word]
    ids = list(dict.fromkeys(filter(None, map(_tidy_id, found))))
    return tuple(ids if len(ids) <= MAX_IDS else [ids[0], *ids[1 - MAX_IDS :]])


def _tidy_id(text: str) -> str:
    tidy = "".join(text.split())
    return tidy if len(tidy) <= MAX_ID_LENGTH else ""


_AROUND_COLON = re.compile(r"\s*:\s*")
_COMMENT = re.compile(r"\([^()]*\)")


def date(value: str) -> datetime | None:
    """The moment a Date field names, in UTC; None when it names none."""
    if "(" in value:
        value = _AROUND_COLON.sub(":", _COMMENT.sub("", value[:200]))
    try:
        moment = parsedate_to_datetime(value[:200])
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.year >= 1970 else None
