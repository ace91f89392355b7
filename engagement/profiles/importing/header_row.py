"""Which row of a file holds the headers, and which sheet of a workbook the people: guessed, and changeable."""

from collections.abc import Sequence

from engagement.profiles.importing.spreadsheets import Sheet
from engagement.profiles.importing.targets import guesses
from engagement.profiles.models import AttributeDefinition

MAX_HEADER_ROW = 200
_LONGEST_HEADER = 80


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
