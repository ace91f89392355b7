"""Bytes to text when the label is missing, unknown or wrong. Nothing here raises."""

from __future__ import annotations

import codecs
import re
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


def _decode_ascii(data: bytes) -> tuple[str, str]:
    """ASCII; but ISO-2022-JP is 7-bit as well, and old programs do not label it."""
    if b"\x1b$" in data:
        try:
            return data.decode("iso2022_jp_ext"), "unlabelled ISO-2022-JP"
        except UnicodeDecodeError:
            return data.decode("ascii"), "broken ISO-2022-JP"
    return data.decode("ascii"), ""


def _decode_wrong(data: bytes, codec: str) -> str:
    """A declared charset that does not fit: UTF-8 if that fits, else the declared one with marks."""
    if codec == "utf-8":
        return _utf8_unless_mostly_wrong(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass  # neither the one nor the other: the declared one, as far as it goes
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
    return text if right >= wrong else _windows_1252(data)


def _windows_1252(data: bytes) -> str:
    """Windows-1252; its five holes read as in Latin-1, which is what browsers do."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1").translate(_C1_TO_1252)


_C1_TO_1252 = {code: bytes([code]).decode("cp1252", "ignore") or "\ufffd" for code in range(0x80, 0xA0)}
