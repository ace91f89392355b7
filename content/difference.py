"""What changed between two texts, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORDS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\s+|\w+|[^\w\s]", re.DOTALL)
_MOST = 4_000  # words of one changed passage that are compared one by one


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
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        before, after = "".join(old[a:b]), "".join(new[c:d])
        if what == "equal":
            yield Run("same", after)
        elif what == "replace":
            yield from _by_words(_WORDS.findall(before), _WORDS.findall(after))
        else:
            yield from _whole(before, after)


def _by_words(old: list[str], new: list[str]) -> Iterator[Run]:
    if max(len(old), len(new)) > _MOST:
        yield from _whole("".join(old), "".join(new))
        return
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
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
