"""The trial: what each row of a part would do, counted exactly; nothing of it is done."""

from datetime import datetime
from typing import Any

from django.db import connection

from engagement.profiles.importing import judging
from engagement.profiles.importing.counting import counts
from engagement.profiles.importing.mapping import Mapping
from engagement.profiles.models import ImportChunk, PeopleImport

# What the trial finds stands in the report before anything is done.
TELL = """
UPDATE profiles_importrow row SET
    refused = CASE WHEN judged.outcome IN ('erased', 'duplicate') THEN judged.outcome ELSE '' END,
    detail = judged.detail,
    notes = left(btrim(concat_ws(' ', row.notes,
        CASE WHEN judged.suppressed <> '{}' AND row.notes NOT LIKE '%%suppressed:%%' THEN 'suppressed:' END,
        CASE WHEN judged.taken <> '' AND row.notes NOT LIKE '%%taken:%%' THEN 'taken:' END)), 400)
FROM import_judged judged
WHERE row.people_import_id = %(import)s AND row.line = judged.line
    AND (judged.outcome IN ('erased', 'duplicate') OR judged.suppressed <> '{}' OR judged.taken <> '')
"""
_COUNT = """
SELECT outcome, count(*), count(*) FILTER (WHERE suppressed <> '{}' AND outcome <> 'erased'),
    count(*) FILTER (WHERE (notes <> '' OR suppressed <> '{}' OR taken <> '')
        AND outcome NOT IN ('erased', 'duplicate'))
FROM import_judged WHERE outcome <> 'lost' GROUP BY outcome
"""


def try_part(*, held: PeopleImport, chunk: ImportChunk, now: datetime) -> dict[str, Any]:
    """Judge the rows of a part; return what they would do. Call it in a transaction."""
    mapping = Mapping.from_json(held.mapping)
    values = judging.values_for(held, mapping, chunk.first_line, chunk.last_line, now)
    with connection.cursor() as cursor:
        cursor.execute(judging.SETTINGS)
        cursor.execute(judging.MET, values)
        cursor.execute(judging.judgement(mapping), values)
        cursor.execute(TELL, values)
    return counted()


def counted() -> dict[str, Any]:
    """Count what was judged, without the rows that were refused before: those are counted where they are staged."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT)
        found = cursor.fetchall()
    return counts(
        [(outcome, number) for outcome, number, _suppressed, _noted in found],
        suppressed=sum(row[2] for row in found),
        noted=sum(row[3] for row in found),
        total=sum(row[1] for row in found),
    )
