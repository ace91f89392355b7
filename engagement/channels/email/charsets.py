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
    if codec in _WESTERN and (text := _utf8_under_another_name(data)):
        return text, f"UTF-8 labelled {label[:40]}"
    try:
        return data.decode(codec), ""
    except (UnicodeError, ValueError):
        return _decode_wrong(data, codec), f"text is not valid {label[:40]}"


_WESTERN = frozenset({"cp1252", "latin-1", "iso8859-1", "iso8859-15", "mac-roman"})
_MIN_UTF8_LETTERS = 2


def _utf8_under_another_name(data: bytes) -> str:
    """Text in a charset that takes every byte, which is UTF-8 all the same: no Western text looks so by chance."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return text if sum(character > "\x7f" for character in text) >= _MIN_UTF8_LETTERS else ""


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
_SAMPLE_BYTES = 4_096


def guess_codec(data: bytes) -> str:
    """The East Asian or Cyrillic charset that 8-bit text without a usable label looks written in; empty for none.

    In those most letters are 8-bit ones; in what Windows-1252 is for they stand alone among others.
    """
    sample = data[:_SAMPLE_BYTES]
    high = sum(byte >= 0x80 for byte in sample)
    foreign = [word for word in sample.translate(None, _BETWEEN).split() if not word.isascii()]
    letters = sum(map(len, foreign))
    if high < _MIN_GUESSED or 10 * high < 4 * letters:
        return ""
    if _looks_japanese(sample):
        return "cp932"
    if 10 * high < 5 * letters:
        return ""
    if 10 * high >= 8 * letters and (cyrillic := _likeliest_cyrillic(b" ".join(foreign))):
        return cyrillic
    return _likeliest_east_asian(sample)


_BETWEEN = b".,:;!?()<>[]\"'-/0123456789"
_CYRILLIC = frozenset("оеаинтсрвлкмдпу")
_MIN_CYRILLIC = 6  # of ten letters are among the commonest


def _likeliest_cyrillic(words: bytes) -> str:
    if not all(byte < 0x80 or byte >= 0xC0 or byte in (0xA8, 0xB8, 0xA3, 0xB3) for byte in words):
        return ""
    best, most = "", _MIN_CYRILLIC / 10
    for codec in ("cp1251", "koi8_r"):
        letters = [one for one in words.decode(codec, "replace") if one > "\x7f"]
        share = sum(one.lower() in _CYRILLIC for one in letters) / max(1, len(letters))
        if share > most:
            best, most = codec, share
    return best


def _decoded_sample(sample: bytes, codec: str) -> str:
    cut = len(sample) >= _SAMPLE_BYTES  # then it may end within a letter
    for end in (len(sample), len(sample) - 1) if cut else (len(sample),):
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


# The commonest letters of each language, in the order of their frequency: a page of text holds many of them.
_COMMON = {
    "gb18030": (
        "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
        "用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实"
        "日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政"
        "美相见被利什二等产或新己制身果加西斯月话合回特代内信请谢您好订购商品收货送达帮助货款单号付退换快递客"
        "户服务邮件回复联系"
    ),
    "big5hkscs": (
        "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡"
        "用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實"
        "日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政"
        "美相見被利什二等產或新己制身果加西斯月話合回特代內信請謝您好訂購商品收貨送達幫助貨款單號付退換快遞客"
        "戶服務郵件回覆聯繫"
    ),
    "cp949": (
        "이다는에을의가고하지를로은서한도기사니어인대자리아시해수나그전부있일제정스라보안상주성과게원만공장들"
        "여구요오신년조습까것동소용세면문내무던와관유했선비된간없실우회진번말연국생때미개경물위두모안녕하세요"
        "감사합니다배송주문상품"
    ),
    "euc_jp": (
        "のにをはたがでてとしれさいるなもあっりまうからすこきくよんだけどみせそつわおやちえめひろぬねへほゆア"
        "イウエオカキクケコサシスセソタチツテトナニハヒフマミムメモラリルレロンーを、。"
    ),
}
_MIN_COMMON = 4  # of ten foreign letters


def _likeliest_east_asian(sample: bytes) -> str:
    """The charset in which most of the letters are common ones, rather than any in which the bytes mean something."""
    best, most = "", _MIN_COMMON / 10
    for codec, letters in _COMMON.items():
        foreign = [one for one in _decoded_sample(sample, codec) if one > "\x7f" and one not in _MARKS]
        share = sum(one in letters for one in foreign) / len(foreign) if foreign else 0.0
        if share > most:
            best, most = codec, share
    return best or next((codec for codec in _DAILY if _looks_like(sample, codec)), "")


_MARKS = "、。，．·：；？！（）「」『』《》“”‘’…—～\u3000"
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
