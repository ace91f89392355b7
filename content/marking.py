"""Changed passages, cut where the words stand that a rule is about, so that the page can mark them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from content.difference import Run

# As long as one may be in a text; it ends before it is opened again, so that each letter is looked at once.
_VARIABLE = re.compile(r"(\{\{(?:[^{]|\{(?!\{)){0,5000}?\}\}|\{%(?:[^{]|\{(?!%)){0,5000}?%\})")


@dataclass(frozen=True, slots=True)
class Piece:
    """A bit of text. ``mark``: the number of the rule that it touches, whose words end with the bit that ``ends``."""

    text: str
    mark: str = ""
    ends: bool = False
    is_liquid: bool = False


@dataclass(frozen=True, slots=True)
class MarkedRun:
    """A passage that stayed, came or went, in pieces."""

    what: str
    pieces: list[Piece]


Span = tuple[int, int, str]  # from, to, the rule's number


def marked(runs: Iterable[Run], phrases: Mapping[str, str]) -> list[MarkedRun]:
    """Return the runs in pieces. ``phrases``: the words of rules, with the rule's number.

    They are looked for in the new text as a whole, since words of it may have stayed and others come. What went is
    not marked.
    """
    given = list(runs)
    spans = _spans("".join(run.text for run in given if run.what != "del"), phrases)
    found, place = [], 0
    for run in given:
        if run.what == "del":
            found.append(MarkedRun(run.what, list(_plain(run.text))))
            continue
        found.append(MarkedRun(run.what, list(_cut(run.text, place, spans))))
        place += len(run.text)
    return found


def _spans(text: str, phrases: Mapping[str, str]) -> list[Span]:
    longest_first = sorted((phrase for phrase in phrases if phrase), key=len, reverse=True)
    if not longest_first:
        return []
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    return [(match.start(), match.end(), phrases[match[0]]) for match in pattern.finditer(text)]


def _cut(text: str, place: int, spans: list[Span]) -> Iterator[Piece]:
    """The pieces of a run that begins at ``place`` of the new text."""
    done = 0
    for start, end, mark in spans:
        first, last = max(start - place, done), min(end - place, len(text))
        if first >= last:
            continue
        yield from _plain(text[done:first])
        yield Piece(text[first:last], mark=mark, ends=end - place <= len(text))
        done = last
    yield from _plain(text[done:])


def _plain(text: str) -> Iterator[Piece]:
    for part in _VARIABLE.split(text):
        if part:
            yield Piece(part, is_liquid=_VARIABLE.fullmatch(part) is not None)
