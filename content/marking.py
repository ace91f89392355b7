"""Changed passages, cut where the words stand that a rule is about, so that the page can mark them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from content.difference import Run

_VARIABLE = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A bit of text. ``mark``: the number of the rule that it touches; ``is_liquid``: it is filled for each reader."""

    text: str
    mark: str = ""
    is_liquid: bool = False


@dataclass(frozen=True, slots=True)
class MarkedRun:
    """A passage that stayed, came or went, in pieces."""

    what: str
    pieces: list[Piece]


def marked(runs: Iterable[Run], phrases: Mapping[str, str]) -> list[MarkedRun]:
    """Return the runs in pieces. ``phrases``: the words of rules, with the rule's number. What went is not marked."""
    pattern = _pattern(phrases)
    return [MarkedRun(run.what, _pieces(run, pattern, phrases)) for run in runs]


def _pattern(phrases: Mapping[str, str]) -> re.Pattern[str] | None:
    longest_first = sorted((phrase for phrase in phrases if phrase), key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, longest_first))})") if longest_first else None


def _pieces(run: Run, pattern: re.Pattern[str] | None, phrases: Mapping[str, str]) -> list[Piece]:
    found: list[Piece] = []
    for part in _VARIABLE.split(run.text):
        if _VARIABLE.fullmatch(part):
            found.append(Piece(part, is_liquid=True))
        elif pattern is None or run.what == "del":
            found.append(Piece(part))
        else:
            found += [Piece(bit, mark=phrases.get(bit, "")) for bit in pattern.split(part)]
    return [piece for piece in found if piece.text]
