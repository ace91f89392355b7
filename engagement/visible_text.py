"""Text on one line that shows what it is: names, subjects, addresses and file names of strangers.

Left out is what cannot be seen or changes how the rest is read: controls of direction (UAX #9), characters without
width, fillers (Hangul, Braille), tags, soft hyphens. What writing needs stays: joiners inside words of scripts that
join and inside emoji, variation selectors of emoji, the tags of a flag.
"""

from __future__ import annotations

import re
import unicodedata

_SUSPECT = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    "\u2800\u3000\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BLANK = frozenset("\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u2800\u3000\u3164\uffa0") | {
    chr(code) for code in range(0x2000, 0x200B)
}
_JOINERS = "\u200c\u200d"
_EMOJI_STYLE = "\ufe0e\ufe0f"
_BLACK_FLAG = "\U0001f3f4"
# Scripts in which ZWJ and ZWNJ tell words apart (UAX #31): Arabic and its kin, Indic, Mongolian, Khmer, Myanmar.
_JOINING = re.compile(
    "[\u0600-\u07bf\u0840-\u086f\u08a0-\u0dff\u1000-\u109f\u1780-\u18af\u1a20-\u1aaf\ua840-\ua87f\ua8e0-\ua8ff\ufb50-\ufdff\ufe70-\ufefc]"
)


def visible_text(text: str) -> str:
    """``text`` on one line without what cannot be seen; empty when nothing of it can be seen. Linear."""
    if _SUSPECT.search(text):
        text = "".join(_kept(text, index) for index in range(len(text)))
    text = " ".join(text.split())
    return text if any(map(_is_seen, text)) else ""


def _kept(text: str, index: int) -> str:
    character = text[index]
    if not _SUSPECT.match(character):
        return character
    if character in _BLANK:
        return " "
    before, after = text[index - 1 : index], text[index + 1 : index + 2]
    if character in _JOINERS:
        joins = _JOINING.match(before) and _JOINING.match(after)
        links = character == "\u200d" and _is_emoji(before) and _is_emoji(after)
        return character if joins or links else ""
    if character in _EMOJI_STYLE:
        return character if before and (_is_emoji(before) or before in "0123456789#*©®") else ""
    if "\U000e0020" <= character <= "\U000e007f":
        return character if _follows_flag(text, index) else ""
    return ""


def _is_emoji(character: str) -> bool:
    if not character:
        return False
    return unicodedata.category(character) in ("So", "Sk", "Sm") or character in "\ufe0f\u20e3\u2640\u2642\u2695"


def _follows_flag(text: str, index: int) -> bool:
    """Whether a tag belongs to the flag of England, Scotland or Wales: at most six tags behind the black flag."""
    for place in range(index - 1, max(-1, index - 8), -1):
        if text[place] == _BLACK_FLAG:
            return True
        if not "\U000e0020" <= text[place] <= "\U000e007f":
            return False
    return False


def _is_seen(character: str) -> bool:
    """Letters, digits, marks of punctuation, symbols; no blank and no accent by itself."""
    return unicodedata.category(character)[0] in "LNPSC" and not character.isspace()
