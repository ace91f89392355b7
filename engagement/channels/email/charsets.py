"""Bytes to text when the label is missing, unknown or wrong. Nothing here raises."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from functools import lru_cache

# What mail programs write, and the decoder that reads what they mean: like the WHATWG Encoding
# Standard, the supersets stand in for the standards that nobody keeps to.
_ALIASES = {
    "": "ascii",
    "7bit": "ascii",
    "8bit": "ascii",
    "ansi": "cp1252",
    "ansi_x3.4-1968": "ascii",
    "ansi_x3.110-1983": "cp1252",
    "ascii": "ascii",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "binary": "ascii",
    "cp-850": "cp850",
    "default": "ascii",
    "euc-cn": "gb18030",
    "euc-kr": "cp949",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "hz-gb-2312": "hz",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-1": "cp1252",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "ks_c_5601": "cp949",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "ksc5601": "cp949",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "macintosh": "mac_roman",
    "shift-jis": "cp932",
    "shift_jis": "cp932",
    "sjis": "cp932",
    "tis-620": "cp874",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "unicode": "utf-8",
    "unknown": "ascii",
    "unknown-8bit": "ascii",
    "us-ascii": "ascii",
    "utf8": "utf-8",
    "utf8mb4": "utf-8",
    "windows-31j": "cp932",
    "x-big5": "big5hkscs",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac_roman",
    "x-sjis": "cp932",
    "x-unknown": "ascii",
    "x-user-defined": "ascii",
}
# Python's codecs that are no charsets of mail, or whose cost is not linear.
_NOT_MAIL = frozenset(
    {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem", "palmos"}
)
_NOT_ASCII_SUPERSET = frozenset({"utf-7", "hz", "utf-16", "utf-32", "iso2022_jp_ext", "iso2022_kr"})
_LABEL = re.compile(r"[a-z0-9][a-z0-9_.:+-]{0,39}")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """``text`` as the database and a page can hold it: ``\\n`` line ends, no NUL, no lone surrogates."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x0c" in text:
        text = text.replace("\x0c", "\n")
    text = _CONTROLS.sub("", text)
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


@lru_cache(maxsize=512)
def codec_for(label: str) -> str | None:
    """Python's name of the charset that ``label`` (lower case) means, or None when it is unknown."""
    known = _ALIASES.get(label)
    if known is not None:
        return known
    if not _LABEL.fullmatch(label):
        return None
    try:
        info = codecs.lookup(label)
    except (LookupError, ValueError):
        return None
    if info.name in _NOT_MAIL or not info._is_text_encoding:
        return None
    return _ALIASES.get(info.name, info.name)


def decode(data: bytes, label: str) -> tuple[str, str]:
    """The text of ``data`` and a defect (empty when the label ``label`` was right)."""
    label = label.strip(" \t\"'").lower()
    codec = codec_for(label)
    if codec is None:
        return decode_guessing(data), f"unknown charset {label[:40]!r}"
    if data.isascii() and codec not in _NOT_ASCII_SUPERSET and not codec.startswith(("utf-16", "utf-32")):
        return _decode_ascii(data)
    if codec == "ascii":
        return decode_guessing(data), "8-bit text without a charset"
    try:
        return data.decode(codec), ""
    except (UnicodeError, ValueError):
        return _decode_wrong(data, codec), f"text is not valid {label[:40]}"


def decode_guessing(data: bytes) -> str:
    """Text without a usable label: UTF-8 if it is that, ISO-2022 if it escapes, else Windows-1252."""
    if data.isascii():
        return _decode_ascii(data)[0]
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass  # not UTF-8: the guess goes on below
    return _utf8_unless_mostly_wrong(data)


def encode_again(text: str, label: str) -> bytes:
    """The bytes of ``label`` that ``text`` stands for, where 8-bit bytes were written into a 7-bit place.

    They were read already, as UTF-8 or as Windows-1252 or by a guess.
    """
    codec = codec_for(label.strip().lower()) or "utf-8"
    if codec == "ascii":
        codec = "utf-8"
    try:
        read_wrongly = text.encode("cp1252")
        read_wrongly.decode(codec)
        if codec not in ("cp1252", "latin-1", "utf-8") and not codec.startswith(("iso8859", "cp125")):
            return read_wrongly
    except (UnicodeError, ValueError):
        pass  # it was read rightly: the label's own bytes follow
    try:
        return text.encode(codec)
    except (UnicodeError, ValueError):
        return text.encode("utf-8", "replace")


_ESCAPE = re.compile(rb"\x1b(\$[@B]|\$\([@BDOPQ]|\([BJHI])|(\x0e)|(\x0f)")
_ASCII_SET, _KANA_SET, _KANJI_SET, _MORE_SET = "ascii", "kana", "kanji", "more"
_SETS = {
    b"$@": _KANJI_SET, b"$B": _KANJI_SET, b"$(@": _KANJI_SET, b"$(B": _KANJI_SET, b"$(D": _MORE_SET,
    b"(B": _ASCII_SET, b"(J": _ASCII_SET, b"(H": _ASCII_SET, b"(I": _KANA_SET,
}  # fmt: skip


def decode_iso2022_jp(data: bytes) -> str:
    """ISO-2022-JP as Microsoft's programs write it (code pages 50220 to 50222): with NEC's and IBM's characters and
    half-width katakana. What means nothing becomes U+FFFD.
    """
    pieces: list[str] = []
    now, before, position = _ASCII_SET, _ASCII_SET, 0
    for match in _ESCAPE.finditer(data):
        pieces.append(_decode_set(data[position : match.start()], now))
        position = match.end()
        if match[2]:
            before, now = now, _KANA_SET
        elif match[3]:
            now = before
        else:
            now = _SETS.get(match[1], _KANJI_SET)
    pieces.append(_decode_set(data[position:], now))
    return "".join(pieces)


def _decode_set(data: bytes, name: str) -> str:
    if name == _KANA_SET:
        return bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in data).decode("cp932", "replace")
    if name == _ASCII_SET:
        return data.decode("cp932", "replace")
    if name == _MORE_SET:
        return _pairs(data, lambda first, second: b"\x8f" + bytes([first | 0x80, second | 0x80])).decode(
            "euc_jp", "replace"
        )
    return _pairs(data, _shifted).decode("cp932", "replace")


def _pairs(data: bytes, encode: Callable[[int, int], bytes]) -> bytes:
    out: list[bytes] = []
    index = 0
    while index < len(data):
        first = data[index]
        if 0x21 <= first <= 0x7E and index + 1 < len(data) and 0x21 <= data[index + 1] <= 0x7E:
            out.append(encode(first, data[index + 1]))
            index += 2
        else:
            out.append(data[index : index + 1])
            index += 1
    return b"".join(out)


def _shifted(first: int, second: int) -> bytes:
    """A pair of JIS X 0208, or of a vendor's row in it, as Shift_JIS."""
    lead = (first - 0x21) // 2 + 0x81
    lead = lead if lead <= 0x9F else lead + 0x40
    trail = second + 0x1F + (second >= 0x60) if first % 2 else second + 0x7E
    return bytes([lead, trail])


_MIN_GUESSED = 4


def guess_codec(data: bytes) -> str:
    """The East Asian or Cyrillic charset that 8-bit text without a usable label looks written in; empty for none.

    In those most letters are 8-bit ones; in what Windows-1252 is for they stand alone among others.
    """
    sample = data[:4_096]
    high = sum(byte >= 0x80 for byte in sample)
    letters = len(sample) - sum(byte in b" \t\r\n.,:;!?()<>[]\"'-/0123456789" for byte in sample)
    if high < _MIN_GUESSED or 10 * high < 4 * letters:
        return ""
    if _looks_japanese(sample):
        return "cp932"
    if 10 * high < 6 * letters:
        return ""
    if all(byte < 0x80 or byte >= 0xC0 or byte in (0xA8, 0xB8, 0xA3, 0xB3) for byte in sample):
        lower, upper = (sum(low <= byte <= last for byte in sample) for low, last in ((0xE0, 0xFF), (0xC0, 0xDF)))
        if any(byte in b" .,:" for byte in sample) or len(sample) % 2:
            return "cp1251" if lower >= upper else "koi8_r"
    return next((codec for codec in ("gb18030", "cp949", "big5hkscs", "euc_jp") if _looks_like(sample, codec)), "")


def _decoded_sample(sample: bytes, codec: str) -> str:
    for end in (len(sample), len(sample) - 1):  # it may end within a letter
        try:
            return sample[:end].decode(codec)
        except (UnicodeError, ValueError):
            continue
    return ""


def _looks_japanese(sample: bytes) -> bool:
    text = _decoded_sample(sample, "cp932")
    foreign = [character for character in text if character > "\x7f"]
    kana = sum("\u3040" <= character <= "\u30ff" for character in foreign)
    known = kana + sum("\u3000" <= character <= "\u9fff" or "\uff01" <= character <= "\uff5e" for character in foreign)
    return bool(foreign) and 5 * kana >= len(foreign) and 10 * known >= 9 * len(foreign)


# Lead bytes of the letters in daily use: level 1 of GB 2312 with punctuation, Hangul, level 1 of Big5, of JIS.
_DAILY = {"gb18030": (0xB0, 0xD7), "cp949": (0xB0, 0xC8), "big5hkscs": (0xA4, 0xC6), "euc_jp": (0xA4, 0xCF)}


def _looks_like(sample: bytes, codec: str) -> bool:
    text = _decoded_sample(sample, codec)
    if not text:
        return False
    foreign = [character for character in text if character > "\x7f"]
    low, last = _DAILY[codec]
    daily = 0
    for character in foreign:
        encoded = character.encode(codec)
        daily += len(encoded) == 2 and (low <= encoded[0] <= last or (0xA1 <= encoded[0] <= 0xA3))
    return 10 * daily >= 8 * len(foreign)


def _decode_ascii(data: bytes) -> tuple[str, str]:
    """ASCII; but ISO-2022-JP is 7-bit as well, and old programs do not label it."""
    if b"\x1b$" in data:
        try:
            return data.decode("iso2022_jp_ext"), "unlabelled ISO-2022-JP"
        except UnicodeDecodeError:
            return decode_iso2022_jp(data), "unlabelled ISO-2022-JP"
    return data.decode("ascii"), ""


def _decode_wrong(data: bytes, codec: str) -> str:
    """A declared charset that does not fit: UTF-8 if that fits, else the declared one with marks."""
    if codec == "utf-8":
        return _utf8_unless_mostly_wrong(data)
    if codec.startswith("iso2022_jp") and b"\x1b" in data:
        return decode_iso2022_jp(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass  # neither the one nor the other: what it looks like, else the declared one, as far as it goes
    if guessed := guess_codec(data):
        return data.decode(guessed, "replace")
    if codec == "cp1252":
        return _windows_1252(data)
    if codec == "utf-7":
        return data.decode("cp1252", "replace")
    return data.decode(codec, "replace")


def _utf8_unless_mostly_wrong(data: bytes) -> str:
    """A damaged UTF-8 text keeps its good letters; a text that never was UTF-8 is Windows-1252."""
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(1 for character in text if character > "\x7f") - wrong
    if right >= wrong:
        return text
    guessed = guess_codec(data)
    return data.decode(guessed, "replace") if guessed else _windows_1252(data)


def _windows_1252(data: bytes) -> str:
    """Windows-1252; its five holes read as in Latin-1, which is what browsers do."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1").translate(_C1_TO_1252)


_C1_TO_1252 = {code: bytes([code]).decode("cp1252", "ignore") or "\ufffd" for code in range(0x80, 0xA0)}
