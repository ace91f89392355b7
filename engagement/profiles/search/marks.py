"""Texts in parts: what was looked for is marked, so that whoever reads sees why something was found."""

import re
from collections.abc import Iterable, Sequence

from engagement.profiles.wording import plain

Parts = list[tuple[str, bool]]  # a part of the text, and whether it is marked
_AROUND = 70  # letters of a long text on each side of the first mark
_STEM = 4  # letters of a word that are enough where another ending was found
# Letters that have no accent to take away, as the database's rules (unaccent) write them.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def marked(text: str, needles: Iterable[str]) -> Parts:
    """Return the text with each place marked where one of the words begins a word, or else stands anywhere."""
    folded, origin = _folded(text)
    spans: list[tuple[int, int]] = []
    for needle in filter(None, needles):
        spans += _places(folded, needle)
    return _parts(text, [(origin[begin], origin[end - 1] + 1) for begin, end in spans])


def marked_digits(text: str, digits: str) -> Parts:
    """Return a number with some of its digits marked, whatever stands between them."""
    places = [place for place, letter in enumerate(text) if letter.isdigit()]
    at = "".join(text[place] for place in places).rfind(digits) if digits else -1
    return _parts(text, [(places[at], places[at + len(digits) - 1] + 1)] if at >= 0 else [])


def excerpt(text: str, needles: Sequence[str]) -> Parts:
    """Return what stands around the first place where one of the words was said, with all of them marked there."""
    text = " ".join(text.split())
    parts = marked(text, needles)
    if not any(is_marked for _part, is_marked in parts):
        needles = [needle[: max(_STEM, len(needle) - 3)] for needle in needles if len(needle) > _STEM]
        parts = marked(text, needles)
    before = len(parts[0][0]) if parts and not parts[0][1] and len(parts) > 1 else 0
    begin = text.rfind(" ", 0, max(0, before - _AROUND)) + 1 if before > _AROUND else 0
    end = begin + 2 * _AROUND + 40
    shown = text[begin:end] if end >= len(text) else text[begin:end].rpartition(" ")[0] or text[begin:end]
    found = marked(shown, needles)
    return [*([("… ", False)] if begin else []), *found, *([(" …", False)] if begin + len(shown) < len(text) else [])]


def _folded(text: str) -> tuple[str, list[int]]:
    """The text without accents, and for each of its letters the place in ``text`` that it comes from."""
    letters, origin = [], []
    for place, letter in enumerate(text):
        for each in plain(letter).translate(_LETTERS):
            letters.append(each)
            origin.append(place)
    return "".join(letters), origin


def _places(folded: str, needle: str) -> list[tuple[int, int]]:
    at_words = [match.span() for match in re.finditer(rf"(?<![^\W_]){re.escape(needle)}", folded)]
    if at_words:
        return at_words
    at = folded.find(needle)
    return [(at, at + len(needle))] if at >= 0 else []


def _parts(text: str, spans: Iterable[tuple[int, int]]) -> Parts:
    parts: Parts = []
    done = 0
    for begin, end in sorted(spans):
        if end <= done:
            continue
        begin = max(begin, done)
        if begin > done:
            parts.append((text[done:begin], False))
        parts.append((text[begin:end], True))
        done = end
    if done < len(text):
        parts.append((text[done:], False))
    return parts
