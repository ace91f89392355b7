"""A spreadsheet (XLSX, XLS, ODS) as rows of text: turned into UTF-8 CSV once, when it arrives."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

LARGEST_INSIDE = 96 << 20  # bytes of a spreadsheet when it is unpacked; more rows than that are for a CSV file
MAX_SHEETS, TOP_ROWS = 50, 30
WITHOUT_VALUE = "#FORMULA!"  # a formula that was never calculated
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MAX_CELLS = 20_000_000  # of the rectangle around a sheet's cells, which is held in memory whole
_CELL = re.compile(rb"<c\s")
_CELL_NAME = re.compile(rb'\sr="([A-Z]{1,3})([0-9]{1,7})"')
_ANY_CELL_NAME = re.compile(rb"\sr\s?=\s?[\"']([A-Za-z]{1,7})([0-9]{1,10})[\"']")
_ODS_PART = re.compile(rb"<(?:\w{1,40}:)?(table-row|table-cell|table)(?=[\s/>])([^<>]*)>")
_ODS_REPEATED = re.compile(rb"number-(?:columns|rows)-repeated\s?=\s?[\"']([0-9]{1,10})[\"']")
_SHEET = re.compile(rb'<sheet\b[^<>]*?\br:id="([^"<>]+)"')


class UnreadableSpreadsheet(ValueError):
    """A file that is no spreadsheet, or may not be opened; the code says why: damaged, locked, too_large_inside."""


def is_spreadsheet(head: bytes) -> bool:
    """Say by its first bytes whether a file is a spreadsheet: a ZIP (XLSX, ODS) or OLE2 (XLS) container."""
    return head.startswith((ZIP, OLE))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that has rows, by its place in the workbook; ``top``: its first rows as text, the empty ones too."""

    place: int
    name: str
    top: list[list[str]]


def sheets_of(file: IO[bytes]) -> list[Sheet]:
    """Return the sheets of a workbook that have rows, with the beginning of each. Raises UnreadableSpreadsheet."""
    _looked_inside(file)
    with _opened(file) as book:
        found = []
        for place, name in enumerate(book.sheet_names[:MAX_SHEETS]):
            sheet = book.get_sheet_by_index(place)
            if sheet.height:
                rows = sheet.to_python(skip_empty_area=False, nrows=TOP_ROWS)
                found.append(Sheet(place, str(name)[:100], [[_as_text(value) for value in row] for row in rows]))
        return found


def to_csv(file: IO[bytes], target: IO[bytes], place: int | None = None) -> str:
    """Write a sheet, by default the first one that has rows, as CSV; return its name. Numbers as they are typed, dates
    by ISO 8601.

    Raises UnreadableSpreadsheet.
    """
    formulas = _looked_inside(file)
    with _opened(file) as book:
        for number, name in enumerate(book.sheet_names):
            if place is not None and number != place:
                continue
            sheet = book.get_sheet_by_index(number)
            if sheet.height or number == place:
                _write(sheet.to_python(skip_empty_area=False), formulas if number == 0 else {}, target)
                return str(name)
    return ""


@contextmanager
def _opened(file: IO[bytes]) -> Iterator[CalamineWorkbook]:
    file.seek(0)
    try:
        yield CalamineWorkbook.from_filelike(file)
    except PasswordError as error:
        raise UnreadableSpreadsheet("locked") from error
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableSpreadsheet("damaged") from error


def _write(rows: list[list[Any]], formulas: dict[tuple[int, int], str], target: IO[bytes]) -> None:
    text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    for number, row in enumerate(rows, start=1):
        cells = [_as_text(value) for value in row]
        if formulas:
            cells = [cell or formulas.get((number, place), "") for place, cell in enumerate(cells, start=1)]
        writer.writerow(cells)
    text.flush()
    text.detach()


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value.total_seconds()) if isinstance(value, timedelta) else str(value)


def _looked_inside(file: IO[bytes]) -> dict[tuple[int, int], str]:
    """Refuse what unpacks to more than we read, by what is unpacked and not by what is promised; find the formulas
    of the first sheet that have no value.
    """
    file.seek(0)
    if file.read(4) != ZIP:
        return {}
    try:
        with zipfile.ZipFile(file) as packed:
            total = 0
            for entry in packed.infolist():
                total += sum(len(block) for block in _blocks(packed, entry, LARGEST_INSIDE - total))
            _require_bounded_cells(packed)
            return _uncalculated(packed)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        if isinstance(error, UnreadableSpreadsheet):
            raise
        raise UnreadableSpreadsheet("damaged") from error


def _blocks(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> Iterator[bytes]:
    if entry.file_size > left:
        raise UnreadableSpreadsheet("too_large_inside")
    with packed.open(entry) as part:
        while block := part.read(1 << 20):
            left -= len(block)
            if left < 0:
                raise UnreadableSpreadsheet("too_large_inside")
            yield block


def _uncalculated(packed: zipfile.ZipFile) -> dict[tuple[int, int], str]:
    names = set(packed.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    first = _SHEET.search(packed.read("xl/workbook.xml"))
    if first is None:
        return {}
    links = packed.read("xl/_rels/workbook.xml.rels")
    for link in re.findall(rb"<Relationship\b[^<>]*>", links):
        target = re.search(rb'\bTarget="/?(?:xl/)?([^"]+)"', link)
        if b'Id="' + first[1] + b'"' in link and target and f"xl/{target[1].decode()}" in names:
            return _formulas_without_value(packed.read(f"xl/{target[1].decode()}"))
    return {}


def _formulas_without_value(sheet: bytes) -> dict[tuple[int, int], str]:
    """Find them cell by cell: a cell reaches to its end, or to where the next one begins."""
    found: dict[tuple[int, int], str] = {}
    if b"<f" not in sheet:
        return found
    starts = (cell.start() for cell in _CELL.finditer(sheet))
    start = next(starts, -1)
    while start >= 0:
        following = next(starts, -1)
        cell = sheet[start : following if following >= 0 else len(sheet)]
        start = following
        head, _sign, body = cell.partition(b">")
        body = body.partition(b"</c>")[0]
        name = _CELL_NAME.search(head)
        if name and not head.endswith(b"/") and b"<f" in body and not re.search(rb"<v>[^<]", body):
            found[int(name[2]), _column(name[1])] = WITHOUT_VALUE
    return found


def _require_bounded_cells(packed: zipfile.ZipFile) -> None:
    """Refuse two cells that are far from each other: the reader holds the whole rectangle between them in memory."""
    for name in packed.namelist():
        if name == "content.xml":
            _require_bounded_ods(packed.read(name))
        elif name.endswith(".xml") and name.startswith("xl/"):
            rows = columns = 0
            for cell in _ANY_CELL_NAME.finditer(packed.read(name)):
                rows, columns = max(rows, int(cell[2])), max(columns, _column(cell[1].upper()))
            _require_bounded(rows, columns)


def _require_bounded_ods(content: bytes) -> None:
    """The same where one element stands for many rows or columns (OpenDocument 1.3 part 3, section 19.679)."""
    rows = columns = row = times = 0
    for part in _ODS_PART.finditer(content):
        found = _ODS_REPEATED.search(part[2])
        repeated = int(found[1]) if found else 1
        if part[1] == b"table":
            rows = columns = row = 0
        elif part[1] == b"table-row":
            rows, row, times = rows + times, 0, repeated
        else:
            row += repeated
            if b"value" in part[2]:
                columns = max(columns, row)
                _require_bounded(rows + times, columns)


def _require_bounded(rows: int, columns: int) -> None:
    if rows * columns > MAX_CELLS:
        raise UnreadableSpreadsheet("too_large_inside")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
