"""The rows of an import that were refused, or of which something was left out, with the reason and their own cells."""

from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext as _

from engagement.profiles.importing import values
from engagement.profiles.importing.detecting import Dialect
from engagement.profiles.importing.reading import Record, Rows, headers_of
from engagement.profiles.importing.words import kept_words, note_words, refused_words
from engagement.profiles.models import ImportChange, ImportRow, PeopleImport

_PAGE = 2_000
DATES_LOOKED_AT = 1_000  # rows
Told = tuple[int, str, str, str]


def problems(held: PeopleImport) -> Iterator[list[str]]:
    """Yield the rows of the report, the headers first, in the reader's language. The file is read once beside it."""
    yield [_("Row"), _("What became of it"), _("Why"), *held.headers]
    with held.file.open("rb") as file:
        rows = Rows(file, Dialect(**held.dialect), held.headers)
        for line, refused, detail, notes in _told(held):
            record = next((row for row in rows if row.line >= line), Record(line, []))
            why = [refused_words(refused, detail, held.headers, is_company=held.is_of_companies)] if refused else []
            why += note_words(notes, held.headers) if not refused or refused == "no_address" else []
            yield [str(line), _("refused") if refused else _("comes in"), "; ".join(why), *record.cells]


def not_undone(held: PeopleImport) -> Iterator[list[str]]:
    """Yield what could not be undone, the headers first."""
    yield [_("Row"), _("Company") if held.is_of_companies else _("Profile"), _("Why it could not be undone")]
    kept = ImportChange.objects.filter(people_import=held).exclude(kept="").order_by("line")
    after = 0
    while found := list(islice(kept.filter(line__gt=after).values_list("line", "profile", "kept"), _PAGE)):
        for line, profile, reason in found:
            yield [str(line), str(profile), kept_words(reason)]
        after = found[-1][0]


def header_line(held: PeopleImport) -> int:
    """Return the number of the row that holds the headers, as a spreadsheet counts."""
    with held.file.open("rb") as file:
        return headers_of(file, Dialect(**held.dialect))[1]


def preview(held: PeopleImport, rows: int = 5) -> list[Record]:
    """Return the first rows of the file."""
    with held.file.open("rb") as file:
        return list(islice(Rows(file, Dialect(**held.dialect), held.headers), rows))


def comes_day_first(held: PeopleImport) -> bool | None:
    """Say by the dates of the first rows whether the day stands first in them; None: nothing tells."""
    return values.comes_day_first(cell for row in preview(held, DATES_LOOKED_AT) if not row.fault for cell in row.cells)


def _told(held: PeopleImport) -> Iterator[Told]:
    rows = ImportRow.objects.filter(people_import=held).exclude(refused="", notes="").order_by("line")
    after = 0
    while True:
        page = rows.filter(line__gt=after).values_list("line", "refused", "detail", "notes")[:_PAGE]
        found: list[Told] = list(page)
        yield from found
        if len(found) < _PAGE:
            return
        after = found[-1][0]
