"""RTF as Outlook packs it into winmail.dat: unpacked (MS-OXRTFCP), then its text or the HTML inside it (MS-OXRTFEX).

One pass over the tokens; sizes and depth are bounded.
"""

from __future__ import annotations

import re
import struct

from engagement.channels.email import charsets

MAX_UNPACKED = 4 * 1024 * 1024
MAX_DEPTH = 500
_PACKED, _PLAIN = 0x75465A4C, 0x414C454D  # "LZFu", "MELA"
_PRELOADED = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20"
    b"\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4_096


def unpack(data: bytes) -> bytes:
    """Compressed RTF unpacked; empty for what is none. At most MAX_UNPACKED bytes."""
    if len(data) < 16:
        return b""
    _size, raw_size, kind, _check = struct.unpack_from("<IIII", data)
    if kind == _PLAIN:
        return data[16 : 16 + min(raw_size, MAX_UNPACKED)]
    if kind != _PACKED:
        return b""
    return _unpack_window(data, min(raw_size, MAX_UNPACKED))


def _unpack_window(data: bytes, limit: int) -> bytes:
    """Bytes and references to what was written among the last 4,096, as told by one control bit each."""
    window = bytearray(_PRELOADED.ljust(_WINDOW, b"\x00"))
    place, out, position = len(_PRELOADED), bytearray(), 16
    while position < len(data) and len(out) < limit:
        control = data[position]
        position += 1
        for bit in range(8):
            is_reference = control >> bit & 1
            if position + is_reference >= len(data) or len(out) >= limit:
                break
            if not is_reference:
                piece = data[position : position + 1]
                position += 1
            else:
                reference = data[position] << 8 | data[position + 1]
                position += 2
                if reference >> 4 == place % _WINDOW:
                    return bytes(out)  # the end
                piece = b""
            for step in range(len(piece) or (reference & 0x0F) + 2):
                byte = piece[0] if piece else window[((reference >> 4) + step) % _WINDOW]
                window[place % _WINDOW] = byte
                out.append(byte)
                place += 1
    return bytes(out[:limit])


_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?[0-9]{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]{1,4096})",
    re.DOTALL,
)
_SILENT = frozenset(
    b"fonttbl colortbl stylesheet info pict object header footer themedata colorschememapping datastore generator"
    b" latentstyles rsidtbl listtable listoverridetable xmlnstbl filetbl".split()
)
_BREAKS = {b"par": "\n", b"line": "\n", b"tab": "\t", b"row": "\n", b"cell": "\t", b"sect": "\n", b"page": "\n"}
_SIGNS = {
    b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
    b"bullet": "•",
}  # fmt: skip


def read(rtf: bytes) -> tuple[str, bool]:
    """The text of ``rtf`` and False, or the HTML that it was made from and True. Never raises."""
    is_html = b"\\fromhtml1" in rtf[:4_096]
    reader = _Reader(is_html=is_html)
    for match in _TOKEN.finditer(rtf[:MAX_UNPACKED]):
        reader.take(match)
    reader.flush()
    return "".join(reader.out).strip(), is_html


class _Reader:
    def __init__(self, *, is_html: bool) -> None:
        self.is_html = is_html
        self.out: list[str] = []
        self.bytes = bytearray()
        self.codec = "cp1252"
        # per group: is it silent, is it a tag of HTML, is it RTF only, how many bytes follow \u
        self.stack: list[tuple[bool, bool, bool, int]] = []
        self.state = (False, False, False, 1)
        self.skip = 0
        self.starred = False

    def flush(self) -> None:
        if self.bytes:
            self.out.append(charsets.clean(bytes(self.bytes).decode(self.codec, "replace")))
            self.bytes.clear()

    @property
    def is_heard(self) -> bool:
        silent, tag, rtf_only, _ = self.state
        if self.is_html:
            return tag or not (silent or rtf_only)
        return not silent

    def take(self, match: re.Match[bytes]) -> None:
        word, number, encoded, symbol, brace, text = match.groups()
        if brace:
            self._group(brace)
        elif word:
            self._word(word, int(number) if number else None)
        elif encoded:
            self._bytes(bytes([int(encoded, 16)]))
        elif symbol == b"*":
            self.starred = True
        elif symbol:
            self._sign({b"~": "\u00a0", b"_": "-", b"-": ""}.get(symbol, symbol.decode("latin-1")))
        elif text:
            self._bytes(text)

    def _group(self, brace: bytes) -> None:
        self.starred = False
        if brace == b"{":
            if len(self.stack) < MAX_DEPTH:
                self.stack.append(self.state)
        elif self.stack:
            self.flush()
            self.state = self.stack.pop()

    def _bytes(self, data: bytes) -> None:
        skipped = min(self.skip, len(data))
        self.skip -= skipped
        if self.is_heard:
            self.bytes += data[skipped:]

    def _sign(self, text: str) -> None:
        if self.is_heard:
            self.flush()
            self.out.append(text)

    def _word(self, word: bytes, number: int | None) -> None:
        silent, tag, rtf_only, follow = self.state
        starred, self.starred = self.starred, False
        if word == b"htmltag":
            self.state = (silent, True, rtf_only, follow)
        elif word == b"htmlrtf":
            self.state = (silent, tag, number != 0, follow)
        elif word in _SILENT or starred:
            self.state = (True, tag, rtf_only, follow)
        elif word == b"uc":
            self.state = (silent, tag, rtf_only, min(number or 0, 8))
        elif word == b"u" and number is not None:
            self._sign(charsets.clean(chr(number % 65_536)))
            self.skip = follow
        elif word == b"ansicpg" and number:
            self.codec = charsets.codec_for(f"cp{number}") or self.codec
        elif word in _BREAKS:
            self._sign(_BREAKS[word])
        elif word in _SIGNS:
            self._sign(_SIGNS[word])
