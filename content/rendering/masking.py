"""Liquid inside of MJML: taken out before MJML reads the layout, put back into the HTML that it made.

``{% if a < b %}`` or ``{{ name | default: "you" }}`` in an attribute would break an XML reader. Each tag is replaced by
a mark: a word that stands nowhere in the text, around a number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CLOSING = {"{{": "}}", "{%": "%}"}
_OPENING = re.compile(r"\{\{|\{%")
# mrml writes attributes of plain HTML elements as Rust would print them for a programmer: these letters change there.
_AND_ODD = re.compile(rf"{_OPENING.pattern}|[^\x00-\x7f]+|\\")


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without its Liquid. ``kept`` holds what was taken out, by number; ``lines`` where each stood."""

    text: str
    kept: tuple[str, ...]
    lines: tuple[int, ...]
    word: str

    def unmask(self, text: str) -> str:
        """Return a text that was made from this one, with everything in its place again."""
        return re.sub(f"{self.word}(\\d+)q", lambda match: self.kept[int(match[1])], text)

    def lost_in(self, text: str) -> int | None:
        """Return the line of the first Liquid that is not in a text that was made from this one; None: all is there."""
        there = {int(number) for number in re.findall(f"{self.word}(\\d+)q", text)}
        lost = [n for n, kept in enumerate(self.kept) if n not in there and kept.startswith(("{{", "{%"))]
        return self.lines[lost[0]] if lost else None


def mask(text: str, *, odd: bool = False) -> Masked:
    """Take the Liquid out of a text; with ``odd`` also the letters that mrml would not leave alone."""
    word = "zqx"
    while word in text:
        word += "x"
    kept: list[str] = []
    lines: list[int] = []
    parts: list[str] = []
    place, line, counted = 0, 1, 0
    for start, end in _places(text, _AND_ODD if odd else _OPENING):
        line, counted = line + text.count("\n", counted, start), start
        parts += (text[place:start], f"{word}{len(kept)}q")
        kept.append(text[start:end])
        lines.append(line)
        place = end
    return Masked("".join([*parts, text[place:]]), tuple(kept), tuple(lines), word)


def _places(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield where each output, tag and odd letter stands; one pass, also where nothing is ever closed."""
    place, endless = 0, set[str]()
    while match := pattern.search(text, place):
        sign, place = match[0], match.end()
        if sign not in _CLOSING:
            yield match.span()
        elif sign not in endless:
            end = text.find(_CLOSING[sign], place)
            if end < 0:
                endless.add(sign)
            else:
                place = end + 2
                yield match.start(), place
