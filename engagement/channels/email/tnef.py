"""What is in winmail.dat: text, HTML and files (MS-OXTNEF). Outlook sends it to those it takes for its kind.

Every count in it is a stranger's: attributes, properties and values are counted here and never believed. The library
for this format follows them blindly, for hours if they say so.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from engagement.channels.email import charsets, rtf_text

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_ATTRIBUTES = 5_000
MAX_PROPERTIES = 5_000
MAX_FILES = 100
_MESSAGE, _ATTACHMENT = 1, 2
_BODY, _PROPERTIES, _CODEPAGE = 0x800C, 0x9003, 0x9007
_BEGINS_FILE, _FILE_TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_P_BODY, _P_RTF, _P_HTML, _P_CODEPAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
_P_LONG_NAME, _P_NAME, _P_DISPLAY_NAME, _P_TYPE, _P_CONTENT_ID, _P_DATA = 0x3707, 0x3704, 0x3001, 0x370E, 0x3712, 0x3701
_SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_LONG = frozenset({0x0D, 0x1E, 0x1F, 0x102})
_UNICODE = 0x1F


@dataclass(slots=True)
class TnefFile:
    """One file in it."""

    name: str = ""
    content_type: str = ""
    content_id: str = ""
    data: bytes = b""


@dataclass(slots=True)
class TnefContent:
    """What was found."""

    text: str = ""
    html: str = ""
    files: list[TnefFile] = field(default_factory=list)


def is_tnef(data: bytes) -> bool:
    """Whether it begins as TNEF does."""
    return data.startswith(SIGNATURE)


def open_tnef(data: bytes) -> TnefContent | None:
    """The content of winmail.dat; None when nothing can be read. Never raises; linear in the length of ``data``."""
    if not is_tnef(data):
        return None
    found, codec = TnefContent(), "cp1252"
    for level, name, value in _attributes(data):
        if name == _CODEPAGE and len(value) >= 4:
            codec = charsets.codec_for(f"cp{struct.unpack_from('<I', value)[0]}") or codec
        elif level == _MESSAGE and name == _BODY:
            found.text = _text(value, codec)
        elif level == _MESSAGE and name == _PROPERTIES:
            _read_bodies(found, value, codec)
        elif level == _ATTACHMENT:
            _read_file(found, name, value, codec)
    found.files = [file for file in found.files if file.data]
    return found if found.text.strip() or found.html.strip() or found.files else None


def _attributes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    position = 6
    for _ in range(MAX_ATTRIBUTES):
        if position + 9 > len(data):
            return
        level, name, _kind, length = struct.unpack_from("<BHHI", data, position)
        position += 9
        if position + length > len(data):
            length = len(data) - position  # cut off on its way: what is there is there
        yield level, name, data[position : position + length]
        position += length + 2


def _text(value: bytes, codec: str) -> str:
    return charsets.clean(value.decode(codec, "replace")).strip("\x00")


def _string(kind: int, value: bytes, codec: str) -> str:
    if kind == _UNICODE:
        return charsets.clean(value.decode("utf-16-le", "replace")).split("\x00", 1)[0]
    return charsets.clean(value.split(b"\x00", 1)[0].decode(codec, "replace"))


def _properties(data: bytes) -> dict[int, tuple[int, bytes]]:
    """The properties with one value, by their number."""
    found: dict[int, tuple[int, bytes]] = {}
    try:
        position = 4
        for _ in range(min(struct.unpack_from("<I", data)[0], MAX_PROPERTIES)):
            kind, name = struct.unpack_from("<HH", data, position)
            position += 4
            if name >= 0x8000:
                position = _after_name(data, position + 16)
            values = 1
            if kind & 0x1000 or kind in _LONG:
                values = struct.unpack_from("<I", data, position)[0]
                position += 4
            kind &= 0x0FFF
            if values > MAX_PROPERTIES or (kind not in _LONG and kind not in _SIZES):
                return found
            for _value in range(values):
                start, size = position, _SIZES.get(kind, 0)
                if kind in _LONG:
                    size = struct.unpack_from("<I", data, position)[0]
                    start = position + 4
                if start + size > len(data):
                    return found
                found.setdefault(name, (kind, data[start : start + size]))
                position = start + size + (-size % 4)
    except struct.error:
        pass  # it ends in the middle of a property: those before it count
    return found


def _after_name(data: bytes, position: int) -> int:
    """The place behind the name of a named property."""
    kind, length = struct.unpack_from("<II", data, position)
    return position + 8 if kind == 0 else position + 8 + length + (-length % 4)


def _read_bodies(found: TnefContent, value: bytes, codec: str) -> None:
    properties = _properties(value)
    if _P_CODEPAGE in properties:
        number = struct.unpack_from("<I", properties[_P_CODEPAGE][1])[0]
        codec = "utf-8" if number == 65_001 else charsets.codec_for(f"cp{number}") or codec
    if _P_BODY in properties:
        found.text = _string(*properties[_P_BODY], codec) or found.text
    if _P_HTML in properties:
        kind, data = properties[_P_HTML]
        found.html = _string(kind, data, codec) if kind == _UNICODE else charsets.clean(data.decode(codec, "replace"))
    elif _P_RTF in properties:
        text, is_html = rtf_text.read(rtf_text.unpack(properties[_P_RTF][1]))
        if is_html:
            found.html = text
        else:
            found.text = found.text or text


def _read_file(found: TnefContent, name: int, value: bytes, codec: str) -> None:
    if name == _BEGINS_FILE or not found.files:
        if len(found.files) >= MAX_FILES:
            return
        found.files.append(TnefFile())
    file = found.files[-1]
    if name == _FILE_TITLE:
        file.name = file.name or _string(0, value, codec)
    elif name == _FILE_DATA:
        file.data = value
    elif name == _FILE_PROPERTIES:
        _describe_file(file, _properties(value), codec)


def _describe_file(file: TnefFile, properties: dict[int, tuple[int, bytes]], codec: str) -> None:
    names = (
        _string(*properties[number], codec)
        for number in (_P_LONG_NAME, _P_NAME, _P_DISPLAY_NAME)
        if number in properties
    )
    file.name = next((name for name in names if name), file.name)
    if _P_TYPE in properties:
        file.content_type = _string(*properties[_P_TYPE], codec).lower()[:100]
    if _P_CONTENT_ID in properties:
        file.content_id = _string(*properties[_P_CONTENT_ID], codec)[:300]
    if _P_DATA in properties and not file.data:
        file.data = properties[_P_DATA][1]
