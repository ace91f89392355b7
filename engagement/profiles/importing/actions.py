"""What can be done to an import: take a file, say what its columns mean, start, stop, undo, throw away."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.db import connection, transaction
from django.utils.translation import gettext as _

from engagement.organization.current import current_organization
from engagement.profiles.importing import detecting, spreadsheets, work
from engagement.profiles.importing.counting import together
from engagement.profiles.importing.header_row import MAX_HEADER_ROW, best_sheet, header_row, is_headless
from engagement.profiles.importing.mapping import Mapping, fingerprint
from engagement.profiles.importing.reading import Unreadable, first_rows, headers_of, unnamed_columns
from engagement.profiles.models import AttributeDefinition, ImportChunk, PeopleImport, SavedMapping
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User
from engagement.wakeups import wake

Status = PeopleImport.Status


class ImportRefused(ValueError):
    """What cannot be done with a file or an import; the message says why, to whoever asked for it."""


class NotNow(ImportRefused):
    """The import is not in a state in which this can be done."""


def take_file(
    *,
    file: IO[bytes],
    filename: str,
    size: int,
    actor: User,
    now: datetime,
    kind: str = "people",
    origin: Origin = NOWHERE,
) -> PeopleImport:
    """Keep a file of people, or of companies (``kind``): text with delimiters, or a spreadsheet, which becomes such a
    text. Nothing is brought in.

    Raises ImportRefused, with the reason, for what is too large or cannot be read.
    """
    most = settings.IMPORT_MOST_BYTES
    if size > most:
        raise ImportRefused(_("The file is larger than %(most)s MB. Split it.") % {"most": most >> 20})
    if kind not in PeopleImport.Kind.values:
        raise ImportRefused(_("A file is of people or of companies."))
    made = PeopleImport(
        kind=kind,
        filename=filename[:255],
        size=size,
        made_by=actor,
        created_at=now,
        kept_until=now + timedelta(days=current_organization().keeps_import_files_days),
    )
    with tempfile.TemporaryFile() as text:
        source = _as_text(file, text, made)
        _describe(made, source)
        source.seek(0)
        with transaction.atomic():
            made.file.save("people", File(source), save=False)
            if len(made.sheets) > 1:
                file.seek(0)
                made.original.save("workbook", File(file), save=False)
            made.save(force_insert=True)
            record(actor=actor, action="people.file_taken", subject=made, now=now, origin=origin)
            poke("imports:all")
    return made


def _as_text(file: IO[bytes], text: IO[bytes], made: PeopleImport) -> IO[bytes]:
    file.seek(0)
    if not spreadsheets.is_spreadsheet(file.read(8)):
        return text if detecting.levelled(file, text) else file
    try:
        sheets = spreadsheets.sheets_of(file)
        best = best_sheet(sheets, _definitions(), made.kind) if sheets else None
        made.sheets = [[one.place, one.name] for one in sheets]
        made.sheet = spreadsheets.to_csv(file, text, best.place if best else None)[:100]
    except spreadsheets.UnreadableSpreadsheet as error:
        raise ImportRefused(_unreadable(str(error))) from error
    return text


def _describe(made: PeopleImport, source: IO[bytes]) -> None:
    dialect = detecting.Dialect("utf-8", ",") if made.sheet else detecting.detect(source)
    rows = [(row.line, row.cells) for row in first_rows(source, dialect, spreadsheets.TOP_ROWS)]
    _read_headers(made, source, _with_headers(dialect, rows, made.kind))


def _with_headers(dialect: detecting.Dialect, rows: Sequence[tuple[int, list[str]]], kind: str) -> detecting.Dialect:
    """Guess by the first rows where the headers stand, if there are any."""
    if is_headless(rows, _definitions(), kind):
        return replace(dialect, headless=True)
    return replace(dialect, header=header_row(rows, _definitions(), kind))


def _read_headers(held: PeopleImport, source: IO[bytes], dialect: detecting.Dialect) -> None:
    """Set how a file is read, and its headers. Raises ImportRefused."""
    try:
        headers, _line = headers_of(source, dialect)
    except Unreadable as error:
        raise ImportRefused(_unreadable(str(error))) from error
    dialect = replace(dialect, unnamed=unnamed_columns(source, dialect))
    held.dialect, held.headers = dialect.as_json(), headers
    held.fingerprint = fingerprint(headers, held.kind)


def _definitions() -> list[AttributeDefinition]:
    return list(AttributeDefinition.objects.in_use())


def _unreadable(code: str) -> str:
    return {
        "empty": _("There is nothing in the file."),
        "no_headers": _("The file has no row of headers."),
        "too_many_columns": _("The file has more than 500 columns. Leave out what you do not need."),
        "locked": _("The spreadsheet is locked by a password. Save it without one."),
        "damaged": _("This is no spreadsheet that can be read. Save it as CSV."),
        "too_large_inside": _("The spreadsheet is too large when it is unpacked. Save it as CSV."),
    }[code]


def read_as(
    *,
    import_id: Any,
    encoding: str = "",
    delimiter: str = "",
    sheet: int | None = None,
    header: int | None = None,
    headless: bool | None = None,
) -> PeopleImport:
    """Read the file by another encoding, delimiter, sheet or row of headers than it seemed to have, or as one
    without headers (``headless``). What is left out stays; of another sheet the row is guessed anew. Raises NotNow,
    ImportRefused.
    """
    if (encoding and encoding not in detecting.ENCODINGS) or (delimiter and delimiter not in detecting.DELIMITERS):
        raise ImportRefused(_("There is no such way to read a file."))
    if header is not None and not 0 <= header <= MAX_HEADER_ROW:
        raise ImportRefused(_("The row of headers is one of the first 200."))
    with transaction.atomic():
        held = _held(import_id, Status.UPLOADED, Status.CHECKED, Status.FAILED)
        if held.begun_at is not None:
            raise NotNow(_("It was brought in, at least partly: undo it instead."))
        if sheet is not None and held.original and dict(map(tuple, held.sheets)).get(sheet, held.sheet) != held.sheet:
            _take_sheet(held, sheet)
        given = {"encoding": encoding or None, "delimiter": delimiter or None, "header": header, "headless": headless}
        chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        with held.file.open("rb") as file:
            _read_headers(held, file, replace(detecting.Dialect(**held.dialect), **chosen))
        if held.status != Status.UPLOADED:
            _forget_rows(held)
            _unread(held)
            held.status, held.failure = Status.UPLOADED, ""
        held.mapping = {}
        held.save()
        poke(work.topic(held.pk), "imports:all")
    return held


def _take_sheet(held: PeopleImport, place: int) -> None:
    """Let the file be another sheet of the workbook."""
    if place not in [one[0] for one in held.sheets]:
        raise ImportRefused(_("There is no such sheet."))
    with tempfile.TemporaryFile() as text, held.original.open("rb") as workbook:
        try:
            held.sheet = spreadsheets.to_csv(workbook, text, place)[:100]
        except spreadsheets.UnreadableSpreadsheet as error:
            raise ImportRefused(_unreadable(str(error))) from error
        text.seek(0)
        rows = [
            (row.line, row.cells) for row in first_rows(text, detecting.Dialect("utf-8", ","), spreadsheets.TOP_ROWS)
        ]
        held.dialect = _with_headers(detecting.Dialect("utf-8", ","), rows, held.kind).as_json()
        text.seek(0)
        old, storage = str(held.file.name), held.file.storage
        held.file.save("people", File(text), save=False)
        if old != held.file.name:
            transaction.on_commit(lambda: storage.delete(old))


def map_columns(*, import_id: Any, mapping: Mapping, actor: User, now: datetime, remember_as: str = "") -> PeopleImport:
    """Say what the columns mean, and begin to try what would come of it; a worker does that.

    ``remember_as``: keep the mapping under that name for files with the same headers. Raises BadMapping, NotNow.
    """
    with transaction.atomic():
        held = _held(import_id, Status.UPLOADED, Status.CHECKED, Status.FAILED)
        mapping = replace(mapping, kind=held.kind)
        mapping.check(held.headers, list(AttributeDefinition.objects.in_use()), today=now.date())
        _forget_rows(held)
        held.mapping, held.status, held.failure = mapping.as_json(), Status.READING, ""
        _unread(held)
        held.save()
        if remember_as.strip():
            SavedMapping.objects.update_or_create(
                fingerprint=held.fingerprint,
                name=remember_as.strip()[:100],
                defaults={"headers": held.headers, "mapping": held.mapping, "made_by": actor, "used_at": now},
            )
        _go(held)
    return held


def start(*, import_id: Any, actor: User, now: datetime, origin: Origin = NOWHERE) -> PeopleImport:
    """Bring in what was tried, or go on where it was stopped. Safe to repeat. Raises NotNow."""
    with transaction.atomic():
        held = _held(import_id, Status.CHECKED, Status.STOPPED, Status.RUNNING, Status.DONE)
        if held.status in (Status.RUNNING, Status.DONE):
            return held
        if not held.may_start:
            raise NotNow(_("It was stopped before it was tried. Say what its columns mean once more."))
        held.status, held.ended_at, held.begun_at = Status.RUNNING, None, held.begun_at or now
        held.save(update_fields=["status", "begun_at", "ended_at"])
        record(actor=actor, action="people.import_started", subject=held, now=now, detail=held.tried, origin=origin)
        _go(held)
    return held


def stop(*, import_id: Any, actor: User, now: datetime, origin: Origin = NOWHERE) -> PeopleImport:
    """Let no further part come in; the parts that are in stay, and can be undone. A trial that is stopped leaves
    nothing. Safe to repeat. Raises NotNow.
    """
    with transaction.atomic():
        held = _held(import_id, Status.READING, Status.CHECKING, Status.RUNNING, Status.STOPPED, Status.UPLOADED)
        if held.status in (Status.STOPPED, Status.UPLOADED):
            return held
        if held.status == Status.RUNNING:
            held.status, held.ended_at = Status.STOPPED, now
            held.done = together(held.chunks.values_list("done", flat=True))
            held.save(update_fields=["status", "ended_at", "done"])
            work.tell(held, now=now)
        else:
            _forget_rows(held)
            held.status = Status.UPLOADED
            _unread(held)
            held.save()
        record(actor=actor, action="people.import_stopped", subject=held, now=now, origin=origin)
        poke(work.topic(held.pk), "imports:all")
    return held


def undo(*, import_id: Any, actor: User, now: datetime, origin: Origin = NOWHERE) -> PeopleImport:
    """Take back everything that an import did and that still stands so. Safe to repeat. Raises NotNow."""
    with transaction.atomic():
        held = _held(import_id, Status.DONE, Status.STOPPED, Status.UNDOING, Status.UNDONE)
        if held.status in (Status.UNDOING, Status.UNDONE):
            return held
        if not held.may_undo:
            raise NotNow(_("There is nothing to take back, or the way back is kept no longer."))
        held.status, held.ended_at = Status.UNDOING, None
        held.save(update_fields=["status", "ended_at"])
        record(actor=actor, action="people.import_undoing", subject=held, now=now, origin=origin)
        _go(held)
    return held


def discard(*, import_id: Any, actor: User, now: datetime, origin: Origin = NOWHERE) -> None:
    """Throw a file away that was not brought in. Raises NotNow."""
    with transaction.atomic():
        held = _held(import_id, Status.UPLOADED, Status.CHECKED, Status.FAILED)
        if held.begun_at is not None:
            raise NotNow(_("It was brought in, at least partly: undo it instead."))
        record(actor=actor, action="people.file_discarded", subject=held, now=now, origin=origin)
        _forget_rows(held)
        names, storage = _files_of(held), held.file.storage
        held.delete()
        for name in names:
            transaction.on_commit(partial(storage.delete, name))
        poke("imports:all")


def forget(*, now: datetime) -> int:
    """Delete files and rows that are kept no longer; return of how many imports. What they did can stay undone no
    more; their counts stay.
    """
    keys = list(PeopleImport.objects.outdated(now).order_by("key").values_list("pk", flat=True)[:20])
    for key in keys:
        with transaction.atomic():
            held = PeopleImport.objects.select_for_update(no_key=True).get(pk=key)
            _forget_rows(held)
            names, storage = _files_of(held), held.file.storage
            held.file, held.original, held.way_back = "", "", False
            held.save(update_fields=["file", "original", "way_back"])
            for name in names:
                transaction.on_commit(lambda name=name, storage=storage: storage.delete(name))  # type: ignore[misc]
    return len(keys)


def _files_of(held: PeopleImport) -> list[str]:
    return [str(one.name) for one in (held.file, held.original) if one]


def _held(import_id: Any, *statuses: PeopleImport.Status) -> PeopleImport:
    held = PeopleImport.objects.select_for_update(no_key=True).get(pk=import_id)
    if held.status not in statuses:
        raise NotNow(_("The import %(state)s: that cannot be done now.") % {"state": held.get_status_display()})
    return held


def _unread(held: PeopleImport) -> None:
    held.read_rows, held.read_bytes, held.read_line, held.is_read, held.tried = 0, 0, 0, False, {}


def _forget_rows(held: PeopleImport) -> None:
    with connection.cursor() as cursor:
        for table in ("profiles_importrow", "profiles_importchange"):
            cursor.execute(f"DELETE FROM {table} WHERE people_import_id = %s", [held.pk])  # noqa: S608
    ImportChunk.objects.filter(people_import=held).delete()


def _go(held: PeopleImport) -> None:
    poke(work.topic(held.pk), "imports:all")
    transaction.on_commit(lambda: wake(work.WORK))


def saved_for(headers: Sequence[str], kind: str = "people") -> list[SavedMapping]:
    """Return the mappings that were kept for files with these headers, the last used first."""
    return list(SavedMapping.objects.filter(fingerprint=fingerprint(headers, kind)).order_by("-used_at", "-key"))
