"""What changed between two texts, word by word."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORDS = re.compile(r"\{\{.{0,5000}?\}\}|\{%.{0,5000}?%\}|\s+|\w+|[^\w\s]", re.DOTALL)
_MOST = 4_000  # words of one changed passage that are compared one by one
MAX_PAIRS = 4_000_000  # of equal lines or words, one of each text, that are looked at


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
    times = Counter(before)
    pairs = sum(times[one] for one in after)
    if pairs > MAX_PAIRS or (pairs and len(before) * len(after) > MAX_PAIRS * 100):
        found.append(("replace", start, start + len(before), start, start + len(after)))
    else:
        inner = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        found += [(what, a + start, b + start, c + start, d + start) for what, a, b, c, d in inner]
    if end:
        found.append(("equal", len(old) - end, len(old), len(new) - end, len(new)))
    return found


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
