"""Rows of a text file, one after the other: none is lost, whatever is wrong with one of them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from engagement.profiles.importing.detecting import MIXED, STRAY, Dialect, codec

LONGEST = 1 << 20  # letters of one row
TALLEST = 200  # lines of one row, in quotes
MOST_COLUMNS = 500
_LOOKED_AT = 100  # rows, for how wide a file without headers is
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
    """Hands lines to the reader of rows, remembers those of the row that is being read, and takes them back.

    ``offset``: where, in bytes, the row begins that is read next.
    """

    def __init__(self, file: IO[bytes], encoding: str, offset: int) -> None:
        file.seek(offset)
        self._readline = file.readline
        self._codec, self._errors = codec(encoding)
        self._again: list[tuple[str, int]] = []
        self.taken: list[str] = []
        self._sizes: list[int] = []
        self._letters = 0
        self.offset = offset

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line, size = self._again.pop() if self._again else self._next()
        self.taken.append(line)
        self._sizes.append(size)
        self._letters += len(line)
        if self._letters > LONGEST or len(self.taken) > TALLEST:
            raise _TooMuch
        return line

    def _next(self) -> tuple[str, int]:
        raw = self._readline(LONGEST + 1)
        if not raw:
            raise StopIteration
        line = raw.decode(self._codec, self._errors)
        is_first = not self.offset and not self.taken
        return (line.removeprefix("\ufeff") if is_first else line), len(raw)

    def settle(self) -> None:
        """The row is read."""
        self.offset += sum(self._sizes)
        self.taken, self._sizes, self._letters = [], [], 0

    def give_back(self) -> str:
        """Keep the first line of the row, to be refused; the others are read again. What is longer than a row may be
        is skipped to its end.
        """
        first = self.taken[0]
        self._again.extend(reversed(list(zip(self.taken[1:], self._sizes[1:], strict=True))))
        if len(self.taken) == 1 and not first.endswith("\n"):
            while more := self._readline(LONGEST):
                self._sizes[0] += len(more)
                if more.endswith(b"\n"):
                    break
        self.offset += self._sizes[0]
        self.taken, self._sizes, self._letters = [], [], 0
        return first


def first_rows(file: IO[bytes], dialect: Dialect, most: int) -> list[Record]:
    """Return the first rows as they are, headers and what stands above them included, empty ones left out."""
    found = []
    for record in _rows(_Lines(file, dialect.encoding, 0), dialect, width=0):
        if any(cell.strip() for cell in record.cells) and not record.fault:
            found.append(record)
        if len(found) == most or record.line > 200:
            break
    return found


def unnamed_columns(file: IO[bytes], dialect: Dialect) -> int:
    """Return how many columns without a header stand behind the last one that has one."""
    if dialect.headless:
        return 0
    row = next((one for one in first_rows(file, dialect, 100) if one.line >= dialect.header), None)
    if row is None:
        return 0
    return min(len(row.cells) - len(_trimmed([cell.strip() for cell in row.cells])), MOST_COLUMNS)


def headers_of(file: IO[bytes], dialect: Dialect) -> tuple[list[str], int]:
    """Return the headers, and the number of their row. A file without any gets the letters of a spreadsheet's columns,
    and the number of its first row. Raises Unreadable.
    """
    if dialect.headless:
        return _letters_of(file, dialect)
    for record in _rows(_Lines(file, dialect.encoding, 0), dialect, width=0):
        if record.line >= dialect.header and any(cell.strip() for cell in record.cells):
            if len(record.cells) > MOST_COLUMNS:
                raise Unreadable("too_many_columns")
            return _trimmed([" ".join(cell.split())[:200] for cell in record.cells]), record.line
        if (record.fault and record.line >= dialect.header) or record.line > dialect.header + 100:
            raise Unreadable("no_headers")
    raise Unreadable("empty")


def _letters_of(file: IO[bytes], dialect: Dialect) -> tuple[list[str], int]:
    rows = [row for row in first_rows(file, dialect, _LOOKED_AT) if row.line >= dialect.header]
    width = max((len(_trimmed([cell.strip() for cell in row.cells])) for row in rows), default=0)
    if not width:
        raise Unreadable("empty")
    if width > MOST_COLUMNS:
        raise Unreadable("too_many_columns")
    return [column_letters(place) for place in range(width)], rows[0].line


def column_letters(place: int) -> str:
    """Return what a spreadsheet calls a column, the first one being 0: A, Z, AA."""
    name = ""
    while place >= 0:
        place, letter = divmod(place, 26)
        name, place = chr(ord("A") + letter) + name, place - 1
    return name


class Rows:
    """The rows below the headers, empty ones left out, from the first one on or from where ``place`` stood before.

    A row with more cells than headers has the fault ``ragged``; missing cells at the end are empty.
    """

    def __init__(
        self, file: IO[bytes], dialect: Dialect, headers: list[str], place: tuple[int, int] | None = None
    ) -> None:
        offset, line = place or (0, 0)
        self._lines = _Lines(file, dialect.encoding, offset)
        self._width, self._unnamed = len(headers), dialect.unnamed
        self.line = line
        if place is None:
            self._skip_headers(dialect)
        self._rows = _rows(self._lines, dialect, self._width, self.line)

    def _skip_headers(self, dialect: Dialect) -> None:
        if dialect.headless and dialect.header <= 1:
            return
        for row in _rows(self._lines, dialect, width=0):
            self.line = row.line
            if dialect.headless and row.line >= dialect.header - 1:
                return
            if row.line >= dialect.header and any(cell.strip() for cell in row.cells):
                return

    def __iter__(self) -> Iterator[Record]:
        return self

    def __next__(self) -> Record:
        for record in self._rows:
            self.line = record.line
            if not record.fault:
                self._level(record)
            if record.fault or any(cell and not cell.isspace() for cell in record.cells):
                return record
        raise StopIteration

    @property
    def place(self) -> tuple[int, int]:
        """Where the next row begins: bytes, and the number of the row before it."""
        return self._lines.offset, self.line

    def _level(self, record: Record) -> None:
        cells, width = record.cells, self._width
        if len(cells) == width:
            return
        if any(cell.strip() for cell in cells[width + self._unnamed :]):
            record.fault = "ragged"
        else:
            record.cells = (cells + [""] * (width - len(cells)))[:width]


def _rows(lines: _Lines, dialect: Dialect, width: int, line: int = 0) -> Iterator[Record]:
    """A quote that is never closed would swallow the rows below it: what spans lines and has too few or too many
    cells for ``width`` is refused with its first line only.
    """
    if not lines.offset:
        for _ in range(dialect.skip):
            next(lines, "")
            lines.settle()
            line += 1
    reader = csv.reader(lines, delimiter=dialect.delimiter)
    is_mixed = dialect.encoding == MIXED
    while True:
        line += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (_TooMuch, csv.Error):
            cells = None
        is_odd = cells is not None and bool(width) and not width <= len(cells) <= width + dialect.unnamed
        if cells is None or (is_odd and _is_open(lines, cells)):
            fault = "open_quote" if len(lines.taken) > 1 or cells is not None else "too_long"
            record = Record(line, [_shown(lines.give_back())], fault)
            reader = csv.reader(lines, delimiter=dialect.delimiter)
        else:
            record = _mended(Record(line, cells), lines, is_mixed)
            lines.settle()
        yield record


def _is_open(lines: _Lines, cells: list[str]) -> bool:
    """Whether a row went on into the next lines, or to the end of the file in the middle of a cell."""
    return len(lines.taken) > 1 or (bool(cells) and cells[-1].endswith("\n"))


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
