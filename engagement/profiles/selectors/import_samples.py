"""Sample rows of a dry run: what stands in the file, and what it becomes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel import Locale, UnknownLocaleError
from django.utils import formats, timezone
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from engagement.profiles.importing.detecting import Dialect
from engagement.profiles.importing.mapping import Mapping
from engagement.profiles.importing.reading import Rows
from engagement.profiles.importing.targets import kinds, targets
from engagement.profiles.importing.words import note_words, refused_words
from engagement.profiles.models import AttributeDefinition, ImportRow, PeopleImport, Profile
from engagement.ui.names import channel_look

LOOKED_AT = 500  # the first rows of the file
MAX_CLEAN, MAX_NOTED, MAX_REFUSED, MIN_ROWS = 6, 5, 5, 12
_LONGEST_CELL = 80


@dataclass(frozen=True, slots=True)
class Fact:
    """What a row brings; ``given``: how it stands in the file, where that differs."""

    label: str
    value: str
    given: str = ""


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A row of the file by its number, and what becomes of it."""

    line: int
    refused: str
    before: list[Fact]
    after: list[Fact]
    notes: list[str]


def sample_rows(held: PeopleImport, definitions: Sequence[AttributeDefinition]) -> list[SampleRow]:
    """Return rows of each sort from the beginning of the file: clean, with notes, refused. One query."""
    staged = ImportRow.objects.filter(people_import=held).order_by("line")
    chosen = {row.line: row for row in _choose(list(staged[:LOOKED_AT]))}
    if not chosen:
        return []
    mapping, last = Mapping.from_json(held.mapping), max(chosen)
    labels = {target.code: str(target.label) for target in targets(definitions)}
    found = []
    with held.file.open("rb") as file:
        for record in Rows(file, Dialect(**held.dialect), held.headers):
            if record.line > last:
                break
            if (row := chosen.get(record.line)) is not None:
                found.append(
                    SampleRow(
                        line=row.line,
                        refused=refused_words(row.refused, row.detail, held.headers) if row.refused else "",
                        before=list(_before(record.cells, mapping, held.headers)),
                        after=[] if row.refused else list(_after(row.data or {}, labels)),
                        notes=note_words(row.notes, held.headers) if not row.refused else [],
                    )
                )
    return found


def _choose(rows: Sequence[ImportRow]) -> list[ImportRow]:
    refused = [row for row in rows if row.refused][:MAX_REFUSED]
    noted = [row for row in rows if row.notes and not row.refused][:MAX_NOTED]
    clean = [row for row in rows if not row.notes and not row.refused][:MAX_CLEAN]
    taken = {row.line for row in (*refused, *noted, *clean)}
    more = [row for row in rows if row.line not in taken][: max(0, MIN_ROWS - len(taken))]
    return sorted((*refused, *noted, *clean, *more), key=lambda row: row.line)


def _before(cells: Sequence[str], mapping: Mapping, headers: Sequence[str]) -> Iterator[Fact]:
    """The cells of the columns that come in."""
    for place, target in enumerate(mapping.columns):
        if target and place < len(cells) and cells[place].strip():
            yield Fact(headers[place] or _("Column %(number)s") % {"number": place + 1}, cells[place][:_LONGEST_CELL])


def _after(data: dict[str, Any], labels: dict[str, str]) -> Iterator[Fact]:
    facts = data.get("f", {})
    if name := facts.get("name"):
        yield Fact(labels["name"], name)
    for kind, _scope, norm, given, *_rest in data.get("i", []):
        yield Fact(str(kinds().get(kind, kind)), norm, given if given != norm else "")
    for name, value in facts.items():
        if name not in ("name", "owner_id"):
            yield Fact(labels.get(name, name), _in_words(name, value))
    for slug, value in data.get("a", {}).items():
        yield Fact(labels.get(f"attribute:{slug}", slug), str(value))
    if tags := data.get("t"):
        yield Fact(labels["tags"], ", ".join(tags))
    for channel, agreed in data.get("c", {}).items():
        yield Fact(labels.get(f"consent:{channel}", str(channel_look(channel).label)), _agreed(agreed, data))


def _agreed(agreed: bool, data: dict[str, Any]) -> str:
    if not agreed:
        return _("no: opted out")
    if at := data.get("at"):
        local = timezone.localtime(datetime.fromisoformat(at))
        return _("yes, on %(day)s") % {"day": formats.date_format(local, "SHORT_DATETIME_FORMAT")}
    return _("yes, dated by the import")


def _in_words(name: str, value: str) -> str:
    if name == "country":
        return country_name(value)
    return str(dict(Profile.Lifecycle.choices).get(value, value)) if name == "lifecycle" else value


def country_name(code: str) -> str:
    """Return a country's name in the language that is active."""
    try:
        locale = Locale.parse(to_locale(get_language() or "en"))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return str(locale.territories.get(code, code))
