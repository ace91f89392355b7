"""Rows of a text file, one after the other: none is lost, whatever is wrong with one of them."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from engagement.profiles.importing.detecting import MIXED, STRAY, Dialect, codec

LONGEST = 1 << 20  # letters of one row
TALLEST = 200  # lines of one row, in quotes
MOST_COLUMNS = 500
_STRAYS = {STRAY + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}
csv.field_size_limit(LONGEST * 2)


class Unreadable(ValueError):
    """A file that cannot be read at all; the code says why: empty, no_headers, too_many_columns."""


@dataclass(slots=True)
class Record:
    """A row by its number, as a spreadsheet counts them: the headers stand in the first one that is not empty.

    ``fault``: why it cannot be read (too_long, open_quote), else empty. ``mended``: what was put right in it
    (mixed_encoding, null_bytes).
    """

    line: int
    cells: list[str]
    fault: str = ""
    mended: tuple[str, ...] = ()


class _TooMuch(Exception):
    """A row has more letters or lines than a row has."""


class _Lines:
    """Hands lines to the reader of rows, remembers those of the row that is being read, and takes them back."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._again: list[str] = []
        self.taken: list[str] = []
        self._letters = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else self._text.readline(LONGEST + 1)
        if not line:
            raise StopIteration
        self.taken.append(line)
        self._letters += len(line)
        if self._letters > LONGEST or len(self.taken) > TALLEST:
            raise _TooMuch
        return line

    def settle(self) -> None:
        """The row is read."""
        self.taken, self._letters = [], 0

    def give_back(self) -> str:
        """Keep the first line of the row, to be refused; the others are read again. What is longer than a row may be
        is skipped to its end.
        """
        first, *others = self.taken
        while not first.endswith(("\n", "\r")) and (more := "" if others else self._text.readline(LONGEST)):
            if more.endswith("\n"):
                break
        self._again.extend(reversed(others))
        self.settle()
        return first


def headers_of(file: IO[bytes], dialect: Dialect) -> tuple[list[str], int]:
    """Return the headers, and the number of their row. Raises Unreadable."""
    for record in _records(file, dialect):
        if any(cell.strip() for cell in record.cells):
            if len(record.cells) > MOST_COLUMNS:
                raise Unreadable("too_many_columns")
            return _trimmed([" ".join(cell.split())[:200] for cell in record.cells]), record.line
        if record.fault or record.line > 100:
            raise Unreadable("no_headers")
    raise Unreadable("empty")


def records(file: IO[bytes], dialect: Dialect, headers: list[str]) -> Iterator[Record]:
    """Yield the rows below the headers, empty ones left out. A row with more cells than headers has the fault
    ``ragged``; missing cells at the end are empty.
    """
    width, is_below = len(headers), False
    for record in _records(file, dialect, width):
        if not is_below:
            is_below = any(cell.strip() for cell in record.cells)
            continue
        cells = record.cells
        if len(cells) != width and not record.fault:
            if any(cell.strip() for cell in cells[width:]):
                record.fault = "ragged"
            else:
                record.cells = (cells + [""] * (width - len(cells)))[:width]
        if record.fault or any(cell and not cell.isspace() for cell in record.cells):
            yield record


def _records(file: IO[bytes], dialect: Dialect, width: int = 0) -> Iterator[Record]:
    file.seek(0)
    name, errors = codec(dialect.encoding)
    text = io.TextIOWrapper(file, encoding=name, errors=errors, newline="")
    try:
        yield from _rows(_Lines(text), dialect, width)
    finally:
        text.detach()


def _rows(lines: _Lines, dialect: Dialect, width: int) -> Iterator[Record]:
    """A quote that is never closed would swallow the rows below it: what spans lines and has too few or too many
    cells for ``width`` is refused with its first line only.
    """
    for _ in range(dialect.skip):
        next(lines, "")
        lines.settle()
    reader = csv.reader(lines, delimiter=dialect.delimiter)
    line, is_mixed = dialect.skip, dialect.encoding == MIXED
    while True:
        line += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (_TooMuch, csv.Error):
            cells = None
        if cells is None or (width and len(lines.taken) > 1 and len(cells) != width):
            fault = "open_quote" if len(lines.taken) > 1 else "too_long"
            yield Record(line, [_shown(lines.give_back())], fault)
            reader = csv.reader(lines, delimiter=dialect.delimiter)
            continue
        yield _mended(Record(line, cells), lines, is_mixed)
        lines.settle()


def _mended(record: Record, lines: _Lines, is_mixed: bool) -> Record:
    """Take out what no text may hold, and say so."""
    for part in lines.taken:
        if "\x00" in part:
            record.cells = [cell.replace("\x00", "") for cell in record.cells]
            record.mended = (*record.mended, "null_bytes")
            break
    if is_mixed:
        cells = [cell if cell.isascii() else cell.translate(_STRAYS) for cell in record.cells]
        if cells != record.cells:
            record.cells, record.mended = cells, (*record.mended, "mixed_encoding")
    return record


def _shown(line: str) -> str:
    return line[:500].rstrip("\r\n").replace("\x00", "").translate(_STRAYS)


def _trimmed(headers: list[str]) -> list[str]:
    """Columns without a header at the end are none."""
    while headers and not headers[-1]:
        headers.pop()
    return headers
