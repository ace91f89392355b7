"""Which row of a file holds the headers, and which sheet of a workbook the people: guessed, and changeable."""

import re
from collections import Counter
from collections.abc import Sequence

from engagement.profiles.importing.spreadsheets import Sheet
from engagement.profiles.importing.targets import guesses
from engagement.profiles.models import AttributeDefinition

MAX_HEADER_ROW = 200
_LONGEST_HEADER = 80
_FEWEST_DIGITS = 8  # of a phone number
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]{2,}")
_PHONE = re.compile(r"\+?[0-9 ().\-/]{8,25}")
_WORDS = re.compile(r"[^\W\d_]{2}")


def header_row(rows: Sequence[tuple[int, Sequence[str]]], definitions: Sequence[AttributeDefinition], kind: str) -> int:
    """Return the number of the row with the headers, among the first ``rows`` (number, cells), 0 for the first one.

    It is the first row that is not empty, unless one below it names more columns that are known: a title or a date
    stands above the headers then.
    """
    filled = [(number, cells) for number, cells in rows if any(cell.strip() for cell in cells)]
    if not filled:
        return 0
    first, most = filled[0], _known(filled[0][1], definitions, kind)
    best = first[0]
    for number, cells in filled[1:]:
        found = _known(cells, definitions, kind)
        if found > most and (found >= 2 or _count(first[1]) == 1):
            best, most = number, found
    if best == first[0] and not most and _count(first[1]) == 1 and len(filled) > 1:
        width = max(_count(cells) for _number, cells in filled[1:])
        if width > 1:
            best = next(number for number, cells in filled[1:] if _count(cells) == width)
    return 0 if best == first[0] else best


def is_headless(
    rows: Sequence[tuple[int, Sequence[str]]], definitions: Sequence[AttributeDefinition], kind: str
) -> bool:
    """Say whether the file begins with people at once: its first row holds an email address, as no header does, or a
    phone number and no column that is known.
    """
    first = next((cells for _number, cells in rows if any(cell.strip() for cell in cells)), ())
    found = set(map(content_target, first))
    if kind != "people" or not found - {""}:
        return False
    return "identity:email" in found or not _known(first, definitions, kind)


def content_target(cell: str) -> str:
    """Return what the content of a cell is without a header's word: an address, or nothing."""
    said = cell.strip()[:_LONGEST_HEADER]
    if _EMAIL.fullmatch(said):
        return "identity:email"
    return "identity:phone" if _PHONE.fullmatch(said) and sum(map(str.isdigit, said)) >= _FEWEST_DIGITS else ""


def content_guesses(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return what the columns of a file without headers probably mean, by their content: addresses, and the name in
    the first column of words.
    """
    found = []
    for place in range(width):
        cells = [cells[place] for cells in rows if place < len(cells) and cells[place].strip()]
        told = Counter(map(content_target, cells)).most_common(1)
        found.append(told[0][0] if told else "")
    for place, target in enumerate(found):
        words = [cells[place] for cells in rows if place < len(cells)]
        if not target and words and all(_WORDS.search(word) for word in words):
            found[place] = "name"
            break
    return found


def best_sheet(sheets: Sequence[Sheet], definitions: Sequence[AttributeDefinition], kind: str) -> Sheet:
    """Return the sheet that has the headers with the most known columns; the first one where none has any."""
    scored = [
        max((_known(cells, definitions, kind) for cells in sheet.top if any(cells)), default=0) for sheet in sheets
    ]
    return sheets[scored.index(max(scored))]


def _known(cells: Sequence[str], definitions: Sequence[AttributeDefinition], kind: str) -> int:
    """How many of the cells are headers that are known."""
    short = [cell if len(cell) <= _LONGEST_HEADER else "" for cell in cells[:200]]
    return sum(bool(target) for target in guesses(short, definitions, kind))


def _count(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)
