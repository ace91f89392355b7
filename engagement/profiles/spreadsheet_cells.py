"""Rows of CSV that a spreadsheet opens without running anything (OWASP, "CSV Injection").

A cell that a spreadsheet could take for a formula gets an apostrophe before it, phone numbers with their + too; whoever
reads such a file here takes the apostrophe away again (``as_it_was``), so that what we export comes back whole.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe(cell: str) -> str:
    """Return a cell that is no formula."""
    return f"'{cell}" if cell.startswith(_RISKY) or cell.lstrip().startswith(_RISKY) else cell


def as_it_was(cell: str) -> str:
    """Return what ``safe`` was given."""
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip().startswith(_RISKY) else cell


class _Echo:
    """What the CSV writer writes to: it gives each line back."""

    def write(self, line: str) -> str:
        return line


def lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield lines of CSV (RFC 4180), the first with a mark by which spreadsheets know UTF-8."""
    writer: Any = csv.writer(_Echo())
    mark = "\ufeff"
    for row in rows:
        yield mark + writer.writerow([safe(str(cell)) for cell in row])
        mark = ""
