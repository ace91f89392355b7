"""What changed between two texts, word by word."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import accumulate
from typing import Literal

# What is opened ends before it is opened again: each letter is looked at once for each kind, whatever the text is.
_WORDS = re.compile(r"\{\{(?:[^{]|\{(?!\{)){0,5000}?\}\}|\{%(?:[^{]|\{(?!%)){0,5000}?%\}|\s+|\w+|[^\w\s]")
_MOST = 4_000  # words of one changed passage that are compared one by one
MAX_STEPS = 1_000_000  # pairs of equal lines or words, one of each text, that are looked at, again and again
STEPS_PER_ITEM = 1_000


@dataclass(frozen=True, slots=True)
class Run:
    """A passage that stayed, came or went."""

    what: Literal["same", "ins", "del"]
    text: str


def runs(old: str, new: str) -> list[Run]:
    """Return the new text with what came and what went. Lines first, then words within the lines that changed."""
    if old == new:
        return [Run("same", new)] if new else []
    return list(_joined(_by_lines(old.splitlines(keepends=True), new.splitlines(keepends=True))))


def changes(old: str, new: str) -> int:
    """Return how many passages changed; something replaced counts once."""
    found, was_changed = 0, False
    for run in runs(old, new):
        is_changed = run.what != "same"
        found += is_changed and not was_changed
        was_changed = is_changed
    return found


def _by_lines(old: list[str], new: list[str]) -> Iterator[Run]:
    for what, a, b, c, d in _opcodes(old, new):
        before, after = "".join(old[a:b]), "".join(new[c:d])
        if what == "equal":
            yield Run("same", after)
        elif what == "replace":
            yield from _by_words(_WORDS.findall(before), _WORDS.findall(after))
        else:
            yield from _whole(before, after)


def _opcodes(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    """Return how one list becomes the other: what they begin and end with alike is set aside, the rest is compared
    while that is bounded work, and is one replacement where it is not.
    """
    start = _alike(old, new)
    rest = min(len(old), len(new)) - start
    end = _alike(old[::-1][:rest], new[::-1][:rest])
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    found = [("equal", 0, start, 0, start)] if start else []
    try:
        inner = _Bounded(before, after).get_opcodes()
    except _TooMuch:
        found.append(("replace", start, start + len(before), start, start + len(after)))
    else:
        found += [(what, a + start, b + start, c + start, d + start) for what, a, b, c, d in inner]
    if end:
        found.append(("equal", len(old) - end, len(old), len(new) - end, len(new)))
    return found


class _TooMuch(Exception):
    """The comparison would take longer than the texts are worth."""


class _Bounded(SequenceMatcher[str]):
    """A comparison whose work grows with the length. ``difflib`` looks at every pair of equal items once for each
    passage that it finds alike, which is the cube of the length where words repeat.
    """

    def __init__(self, before: list[str], after: list[str]) -> None:
        super().__init__(None, before, after, autojunk=False)
        times = Counter(after)
        self._steps = list(accumulate((1 + times[one] for one in before), initial=0))
        self._left = min(MAX_STEPS, STEPS_PER_ITEM * (len(before) + len(after)))

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        """Find it, within what is left of the steps. Raises _TooMuch."""
        end = len(self._steps) - 1 if ahi is None else ahi
        self._left -= self._steps[end] - self._steps[alo]
        if self._left < 0:
            raise _TooMuch
        return super().find_longest_match(alo, ahi, blo, bhi)


def _alike(one: list[str], other: list[str]) -> int:
    """Return how many items two lists begin with alike."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _by_words(old: list[str], new: list[str]) -> Iterator[Run]:
    if max(len(old), len(new)) > _MOST:
        yield from _whole("".join(old), "".join(new))
        return
    for what, a, b, c, d in _opcodes(old, new):
        if what == "equal":
            yield Run("same", "".join(new[c:d]))
        else:
            yield from _whole("".join(old[a:b]), "".join(new[c:d]))


def _whole(before: str, after: str) -> Iterator[Run]:
    if before:
        yield Run("del", before)
    if after:
        yield Run("ins", after)


def _joined(found: Iterator[Run]) -> Iterator[Run]:
    """Put neighbours together; a single space between two changes belongs to both of them."""
    pending: dict[str, str] = {"del": "", "ins": ""}
    for run in _with_spaces_taken(list(found)):
        if run.what != "same":
            pending[run.what] += run.text
            continue
        yield from _flush(pending)
        yield run
    yield from _flush(pending)


def _with_spaces_taken(found: list[Run]) -> Iterator[Run]:
    for place, run in enumerate(found):
        between = 0 < place < len(found) - 1 and found[place - 1].what != "same" != found[place + 1].what
        if run.what == "same" and between and run.text.isspace() and "\n" not in run.text:
            yield Run("del", run.text)
            yield Run("ins", run.text)
        else:
            yield run


def _flush(pending: dict[str, str]) -> Iterator[Run]:
    for what in ("del", "ins"):
        if pending[what]:
            yield Run(what, pending[what])  # type: ignore[arg-type]
            pending[what] = ""
