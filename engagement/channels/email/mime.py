"""Splitting a message into its MIME parts (RFC 2045, 2046), bounded in depth, number and time.

The standard library's parser recurses into nested parts and tests every line against every open
boundary; a message of a few hundred kilobytes made for the purpose costs it seconds or the stack. This
one works on offsets with ``bytes.find`` and keeps its own stack.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

from engagement.channels.email.headers import Headers, decode_base64, parameters, split_fields

MAX_DEPTH = 40
MAX_PARTS = 500

_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,255}?)[ \t]*\r?\n", re.MULTILINE)
_FIRST_DELIMITER = re.compile(rb"\A\s{0,200}--([^\s][^\r\n]{0,200}?)[ \t]*\r?\n")


@dataclass(slots=True)
class Part:
    """One node of the tree; ``body`` is still transfer-encoded."""

    headers: Headers
    content_type: str
    parameters: dict[str, str]
    body: bytes
    disposition: str = ""
    filename: str = ""
    children: list[Part] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        return bool(self.children)

    def content(self) -> bytes:
        """The body with its transfer encoding undone as far as possible."""
        return decode_transfer(self.body, self.headers.first("content-transfer-encoding"))


def read(raw: bytes, defects: list[str]) -> Part:
    """The tree of parts of ``raw``; what was odd is added to ``defects``. Never raises."""
    root = _part(raw, 0, "text/plain", defects)
    stack, total = [(root, 0)], 1
    while stack:
        part, depth = stack.pop()
        if not part.content_type.startswith("multipart/"):
            continue
        bodies = _split(part, MAX_PARTS - total, defects) if depth < MAX_DEPTH else None
        if bodies is None:
            _as_leaf(part, depth, defects)
            continue
        default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        part.children = [_part(body, 0, default, defects) for body in bodies]
        total += len(bodies)
        stack.extend((child, depth + 1) for child in part.children)
    if not root.headers.charset:
        root.headers.charset = _first_charset(root)
    return root


def _first_charset(root: Part) -> str:
    """The charset of the first part that names one, for 8-bit fields in the message's own header."""
    part = root
    while part.children:
        part = part.children[0]
    return part.headers.charset


def _part(raw: bytes, start: int, default_type: str, defects: list[str]) -> Part:
    fields, body_start, sound = split_fields(raw, start)
    if not sound:
        defects.append("malformed header")
    headers = Headers(fields)
    content_type, type_parameters = _content_type(headers, default_type)
    disposition, disposition_parameters = parameters(headers.first("content-disposition"))
    filename = disposition_parameters.get("filename") or type_parameters.get("name") or _location(headers)
    headers.charset = type_parameters.get("charset", "")
    return Part(headers, content_type, type_parameters, raw[body_start:], disposition, filename)


def _location(headers: Headers) -> str:
    """A file name out of Content-Location (RFC 2557), when it is no more than that."""
    location = headers.text("content-location") if "content-location" in headers else ""
    return "" if ":" in location or "/" in location or "." not in location else location


def _content_type(headers: Headers, default: str) -> tuple[str, dict[str, str]]:
    """The first Content-Type that can be used; ``default`` when there is none (RFC 2045 section 5.2)."""
    for value in headers.every("content-type"):
        content_type, found = parameters(value)
        content_type = "".join(content_type.split())
        major, slash, minor = content_type.partition("/")
        if slash and major and minor and "/" not in minor:
            return content_type, found
        if content_type in ("text", "html", "plain"):
            return ("text/html" if content_type == "html" else "text/plain"), found
    return default, {}


def _as_leaf(part: Part, depth: int, defects: list[str]) -> None:
    """A multipart that cannot be split is text, as RFC 2046 section 5.1.1 leaves us nothing better."""
    defects.append("parts nested too deeply" if depth >= MAX_DEPTH else "multipart without its boundary")
    part.content_type = "text/plain" if depth < MAX_DEPTH else "application/octet-stream"


def _split(part: Part, room: int, defects: list[str]) -> list[bytes] | None:
    """The bodies between the delimiters, or None when there are no delimiters."""
    boundary = part.parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
    bodies = _between(part.body, boundary, room, defects) if boundary else None
    if bodies is None:
        guess = _FIRST_DELIMITER.match(part.body)
        if guess and guess[1] != boundary:
            defects.append("boundary guessed")
            bodies = _between(part.body, guess[1], room, defects)
    return bodies


def _between(body: bytes, boundary: bytes, room: int, defects: list[str]) -> list[bytes] | None:
    delimiter = b"--" + boundary
    bodies: list[bytes] = []
    begun, position, closed = -1, 0, False
    while (at := body.find(delimiter, position)) >= 0:
        position = at + len(delimiter)
        end = body.find(b"\n", position)
        end = len(body) if end < 0 else end
        rest = body[position : min(end, position + 200)].strip()
        if (at and body[at - 1] != 10) or rest not in (b"", b"--"):
            continue
        if begun >= 0:
            bodies.append(body[begun : _before_line_end(body, begun, at)])
        begun, position = end + 1, end
        if rest == b"--":
            closed = True
            break
        if len(bodies) >= room:
            defects.append("too many parts")
            break
    if begun >= 0 and not closed:
        defects.append("multipart not closed")
        bodies.append(body[begun:])
    return bodies or None


def _before_line_end(body: bytes, begun: int, at: int) -> int:
    """The line end before a delimiter belongs to the delimiter (RFC 2046 section 5.1.1)."""
    end = at
    if end > begun and body[end - 1] == 10:
        end -= 1
        if end > begun and body[end - 1] == 13:
            end -= 1
    return max(end, begun)


def decode_transfer(body: bytes, label: str) -> bytes:
    """Undo a Content-Transfer-Encoding; an unknown or wrong one leaves the bytes as they are."""
    encoding = label.partition(";")[0].strip(" \t\"'").lower().replace("_", "-")
    if encoding == "base64":
        return decode_base64(body)
    if encoding in ("quoted-printable", "quotedprintable", "qp"):
        return binascii.a2b_qp(body)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        found = _UU_BEGIN.search(body)
        if found:
            return decode_uu(body, found.end())[0]
    return body


def decode_uu(body: bytes, start: int) -> tuple[bytes, int]:
    """The data of a uuencoded block whose first data line begins at ``start``, and where the block ends."""
    data, position = [], start
    while position < len(body):
        end = body.find(b"\n", position)
        end = len(body) if end < 0 else end
        line = body[position:end].rstrip(b"\r")
        position = end + 1
        if line.strip() == b"end":
            break
        data.append(_uu_line(line))
    return b"".join(data), min(position, len(body))


def _uu_line(line: bytes) -> bytes:
    if not line.strip(b"` \t"):
        return b""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        expected = (((line[0] - 32) & 63) * 4 + 5) // 3  # some encoders write a wrong length: cut there
        try:
            return binascii.a2b_uu(line[:expected])
        except binascii.Error:
            return b""


def uu_blocks(body: bytes, limit: int = 50) -> tuple[bytes, list[tuple[str, bytes]]]:
    """``body`` without its uuencoded blocks, and these as (name, data): how files came before MIME."""
    if b"begin" not in body or b"\nend" not in body:
        return body, []
    kept: list[bytes] = []
    files: list[tuple[str, bytes]] = []
    position = 0
    while len(files) < limit and (found := _UU_BEGIN.search(body, position)):
        data, after = decode_uu(body, found.end())
        if not data or body.find(b"\nend", found.end() - 1, after) < 0:
            break  # a sentence that happens to look like it
        kept.append(body[position : found.start()])
        files.append((found[1].decode("utf-8", "replace"), data))
        position = after
    kept.append(body[position:])
    return b"".join(kept), files
