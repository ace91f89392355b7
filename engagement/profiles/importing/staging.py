"""Writes the rows of a file into the staging table by COPY, a part at a time; what was staged is never staged again."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import IO
from uuid import UUID

import msgspec
from django.db import connection, transaction

from engagement.keys import new_key_text
from engagement.profiles.importing.detecting import Dialect
from engagement.profiles.importing.mapping import Mapping
from engagement.profiles.importing.of_companies import trees
from engagement.profiles.importing.of_companies.rows import CompanyReader
from engagement.profiles.importing.reading import Record, Rows
from engagement.profiles.importing.rows import NUMBER_FAULTS, RowReader, Staged, marked_columns
from engagement.profiles.models import AttributeDefinition, ImportChunk, PeopleImport
from engagement.profiles.phone_numbers import country_of_number

CHUNK = 5_000
MARK_SAMPLE = 1_000  # rows by which a column of consent is found to hold marks only
MOST_OF: dict[str, int] = {"people": 2_000_000, "companies": 200_000}  # rows of one file
_COPY = """
COPY profiles_importrow (people_import_id, line, refused, detail, notes, fresh, data) FROM STDIN
"""
# Of people who stand in several rows the first row counts. Two rows are one person where they share an address that
# decides, or addresses of one person whom we know.
_MARK = """
WITH address AS (
    SELECT line, a ->> 0 AS kind, a ->> 1 AS scope, a ->> 2 AS norm, a ->> 5 AS alias
    FROM profiles_importrow, jsonb_array_elements(data -> 'i') AS a
    WHERE people_import_id = %(import)s AND refused = '' AND a ->> 0 = ANY(%(decides)s)
), whom AS MATERIALIZED (
    SELECT address.line,
        coalesce(coalesce(known.canonical_id, known.key)::text, nullif(address.alias, ''),
            address.kind || ' ' || address.scope || ' ' || address.norm) AS whom
    FROM address
    LEFT JOIN LATERAL (
        SELECT key, profile_id FROM profiles_identity WHERE kind = address.kind AND scope = address.scope
            AND address_norm = address.norm AND valid_to IS NULL LIMIT 1) AS identity ON true
    LEFT JOIN LATERAL (
        SELECT profile_id FROM profiles_identity WHERE identity.key IS NULL AND address.alias <> ''
            AND alias = address.alias AND leads AND valid_to IS NULL LIMIT 1) AS leader ON true
    LEFT JOIN LATERAL (
        SELECT key, canonical_id FROM profiles_profile
        WHERE key = coalesce(identity.profile_id, leader.profile_id) LIMIT 1) AS known ON true
), often AS (
    SELECT whom, min(line) AS first FROM whom GROUP BY whom HAVING min(line) < max(line)
)
UPDATE profiles_importrow row SET refused = 'duplicate', detail = again.first::text
FROM (SELECT line, min(first) AS first FROM whom JOIN often USING (whom) WHERE first < line GROUP BY line) again
WHERE row.people_import_id = %(import)s AND row.line = again.line
"""


def stage(*, import_id: UUID, now: datetime, end: float) -> bool:
    """Stage parts of an import until ``end`` (time.monotonic); return whether there is more to stage.

    Each part is one transaction that holds the import; another worker that comes at once leaves it alone.
    """
    found = PeopleImport.objects.get(pk=import_id)
    with found.file.open("rb") as file:
        rows: Rows | None = None
        reader = _reader(found, file)
        while True:
            with transaction.atomic():
                held = _hold(import_id)
                if held is None or held.is_read:
                    return False
                place = (held.read_bytes, held.read_line) if held.read_bytes else None
                if rows is None or (place is not None and rows.place != place):
                    rows = Rows(file, Dialect(**held.dialect), held.headers, place)
                taken = _stage_part(held, rows, reader)
                held.read_bytes, held.read_line = rows.place
                if taken < CHUNK or held.read_rows >= MOST_OF[held.kind]:
                    held.is_read = True
                    held.failure = "too_many_rows" if taken == CHUNK and next(rows, None) else ""
                held.save(update_fields=["read_rows", "read_bytes", "read_line", "is_read", "failure"])
            if held.is_read:
                return False
            if time.monotonic() > end:
                return True


def refused_together(*, held: PeopleImport) -> dict[str, int]:
    """Refuse rows because of what stands in other rows; return how many, by reason. Call it in a transaction."""
    if held.kind == PeopleImport.Kind.COMPANIES:
        return trees.place(held=held)
    duplicates = mark_duplicates(held=held)
    return {"duplicate": duplicates} if duplicates else {}


def mark_duplicates(*, held: PeopleImport) -> int:
    """Refuse rows about somebody who stands in an earlier row; return how many. Safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE profiles_importrow (people_import_id, line, refused)")
        cursor.execute("SET LOCAL jit = off; SET LOCAL work_mem = '128MB'")
        cursor.execute(_MARK, {"import": held.pk, "decides": held.mapping["decides"]})
        return int(cursor.rowcount)


def _hold(import_id: UUID) -> PeopleImport | None:
    found = PeopleImport.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=import_id)
    return found.filter(status=PeopleImport.Status.READING).first()


def _reader(held: PeopleImport, file: IO[bytes]) -> RowReader | CompanyReader:
    mapping = Mapping.from_json(held.mapping)
    if held.kind == PeopleImport.Kind.COMPANIES:
        return CompanyReader(mapping, held.headers)
    sample = islice(Rows(file, Dialect(**held.dialect), held.headers), MARK_SAMPLE)
    marked = marked_columns(mapping, sample)
    return RowReader(mapping, held.headers, AttributeDefinition.objects.all(), held.created_at, marked=marked)


def _stage_part(held: PeopleImport, rows: Iterator[Record], reader: RowReader | CompanyReader) -> int:
    """Copy the next rows; return how many there were."""
    refused: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    noted, lines = 0, []
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        prefix = f"{held.pk}\t"
        block: list[bytes] = []
        for record in islice(rows, CHUNK):
            staged = reader.read(record)
            lines.append(staged.line)
            block.append(_line(prefix, staged))
            _count_numbers(staged, numbers)
            if staged.refused:
                refused[staged.refused] += 1
            elif staged.notes:
                noted += 1
            if len(block) == 500:
                copy.write(b"".join(block))
                block = []
        copy.write(b"".join(block))
    if lines:
        held.read_rows += len(lines)
        counted = {"rows": len(lines), "refused": dict(refused), "noted": noted, "numbers": dict(numbers)}
        ImportChunk.objects.create(
            people_import=held, first_line=lines[0], last_line=lines[-1], rows=len(lines), staged=counted
        )
    return len(lines)


def _count_numbers(staged: Staged, numbers: Counter[str]) -> None:
    """Count phone numbers by country, and those that are none."""
    for one in (staged.data or {}).get("i", ()):
        if one[0] == "phone":
            numbers[country_of_number(one[2]) or "?"] += 1
    wrong = sum(note.startswith(("bad_phone", *NUMBER_FAULTS)) for note in staged.notes)
    if wrong:
        numbers["refused"] += wrong


_encode = msgspec.json.Encoder().encode


def _line(prefix: str, staged: Staged) -> bytes:
    """A line of COPY's text format (PostgreSQL, "COPY, File Formats"); JSON writes no tab and no line break."""
    if staged.data is None:
        rest = f"{staged.line}\t{staged.refused}\t{staged.detail}\t{' '.join(staged.notes)[:400]}\t\\N\t\\N\n"
        return (prefix + rest).encode()
    told = f"{prefix}{staged.line}\t\t\t{' '.join(staged.notes)[:400]}\t{new_key_text()}\t".encode()
    return told + _encode(staged.data).replace(b"\\", b"\\\\") + b"\n"
