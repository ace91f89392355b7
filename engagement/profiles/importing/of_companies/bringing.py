"""Tries and brings in a part of a file of companies, by set. Both judge by the same statement.

A company is recognised by its name. A domain of another company is left out of the row, and told of. Parts wait for
each other where they come in: what a row belongs to may stand in another part, and is put there by whichever part comes
later.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from engagement.profiles.companies.changes import lock_trees
from engagement.profiles.importing.counting import counts
from engagement.profiles.importing.mapping import FILE, Mapping
from engagement.profiles.importing.of_companies import trees
from engagement.profiles.models import ImportChunk, PeopleImport

_ROUNDS = 4
_JUDGE = """
DROP TABLE IF EXISTS import_judged;
CREATE TEMPORARY TABLE import_judged ON COMMIT DROP AS
WITH given AS MATERIALIZED (
    SELECT row.line, row.fresh, row.data, row.notes, known.key AS whose,
        known.country AS country_was, known.owner_id AS owner_was, known.parent_id AS parent_was
    FROM profiles_importrow row
    LEFT JOIN profiles_company known ON profiles_plain(known.name) = profiles_plain(row.data ->> 'n')
    WHERE row.people_import_id = %(import)s AND row.line BETWEEN %(first)s AND %(last)s AND row.refused = ''
), domains AS MATERIALIZED (
    SELECT given.line, array_agg(said.domain) FILTER (WHERE had.domain IS NULL) AS fresh_ones,
        bool_or(had.company_id IS DISTINCT FROM given.whose AND had.domain IS NOT NULL) AS is_taken
    FROM given CROSS JOIN jsonb_array_elements_text(given.data -> 'd') AS said (domain)
    LEFT JOIN profiles_companydomain had ON had.domain = said.domain GROUP BY given.line
)
SELECT given.*, coalesce(domains.fresh_ones, '{{}}') AS domains, coalesce(domains.is_taken, false) AS is_taken,
    {after} AS after,
    CASE WHEN given.whose IS NULL THEN 'new' WHEN {after} <> '{{}}' OR domains.fresh_ones IS NOT NULL THEN 'changed'
        ELSE 'same' END AS outcome
FROM given LEFT JOIN domains USING (line)
"""
_TELL = """
UPDATE profiles_importrow row SET notes = left(btrim(row.notes || ' taken_domain:'), 400) FROM import_judged judged
WHERE row.people_import_id = %(import)s AND row.line = judged.line AND judged.is_taken
    AND row.notes NOT LIKE '%%taken_domain:%%'
"""
_COUNT = """
SELECT outcome, count(*), count(*) FILTER (WHERE notes <> '' OR is_taken) FROM import_judged GROUP BY outcome
"""
_INSERT = """
INSERT INTO profiles_company (key, name, country, owner_id, created_at, changed_at)
SELECT fresh, data ->> 'n', coalesce(data -> 'f' ->> 'country', ''), (data -> 'f' ->> 'owner_id')::uuid, %(now)s,
    %(now)s
FROM import_judged WHERE whose IS NULL ORDER BY profiles_plain(data ->> 'n')
ON CONFLICT DO NOTHING
"""
_LOST = """
SELECT count(*) FROM import_judged judged WHERE whose IS NULL
    AND NOT EXISTS (SELECT FROM profiles_company made WHERE made.key = judged.fresh)
"""
_AGAIN = "DELETE FROM profiles_company WHERE key IN (SELECT fresh FROM import_judged WHERE whose IS NULL)"
_LOCK = """
SELECT 1 FROM profiles_company WHERE key IN (SELECT whose FROM import_judged WHERE whose IS NOT NULL)
ORDER BY key FOR NO KEY UPDATE
"""
_CHANGE = """
UPDATE profiles_company known SET country = coalesce(judged.after ->> 'country', known.country),
    owner_id = coalesce((judged.after ->> 'owner_id')::uuid, known.owner_id), changed_at = %(now)s
FROM import_judged judged WHERE known.key = judged.whose AND judged.outcome = 'changed'
"""
_DOMAINS = """
INSERT INTO profiles_companydomain (domain, company_id)
SELECT domain, coalesce(whose, fresh) FROM import_judged CROSS JOIN unnest(domains) AS domain ORDER BY domain, line
ON CONFLICT DO NOTHING
"""
_REMEMBER = """
INSERT INTO profiles_importchange (people_import_id, line, profile, before, after, identities)
SELECT %(import)s, line, whose,
    jsonb_build_object('country', country_was, 'owner_id', owner_was, 'parent_id', parent_was), after,
    (SELECT jsonb_agg(domain) FROM unnest(domains) AS domain
        JOIN profiles_companydomain had USING (domain) WHERE had.company_id = whose)
FROM import_judged WHERE outcome = 'changed'
"""
# Of the rows that are in: those of this part, and those that waited for a company of this part.
_PLACED = """
SELECT row.line, company.key, parent.key FROM profiles_importrow row
JOIN import_chunks chunk ON row.line BETWEEN chunk.first_line AND chunk.last_line
JOIN profiles_company company ON profiles_plain(company.name) = profiles_plain(row.data ->> 'n')
JOIN profiles_company parent ON parent.key = (row.data ->> 'p')::uuid
WHERE row.people_import_id = %(import)s AND row.refused = '' AND company.parent_id IS DISTINCT FROM parent.key
    AND (company.parent_id IS NULL OR %(wins)s)
    AND (row.line BETWEEN %(first)s AND %(last)s OR parent.key IN (SELECT fresh FROM import_judged WHERE whose IS NULL))
ORDER BY row.line
"""
_CHUNKS = """
DROP TABLE IF EXISTS import_chunks;
CREATE TEMPORARY TABLE import_chunks ON COMMIT DROP AS
SELECT first_line, last_line FROM profiles_importchunk WHERE people_import_id = %(import)s
    AND (state = 'done' OR first_line = %(first)s)
"""
_NOTE = """
UPDATE profiles_importrow SET notes = left(btrim(notes || ' ' || %(note)s), 400)
WHERE people_import_id = %(import)s AND line = ANY(%(lines)s)
"""


def try_part(*, held: PeopleImport, chunk: ImportChunk, now: datetime) -> dict[str, Any]:
    """Judge the rows of a part; return what they would do. Call it in a transaction."""
    _judge(held, _values(held, chunk, now))
    return _counted()


def bring_in(*, held: PeopleImport, chunk: ImportChunk, now: datetime) -> dict[str, Any]:
    """Do what the rows of a part say; return what they did. Call it in a transaction, once for each part."""
    values = _values(held, chunk, now)
    lock_trees()
    with connection.cursor() as cursor:
        for _round in range(_ROUNDS):
            _judge(held, values)
            cursor.execute(_LOCK)
            _judge(held, values)  # what was known before the lock may have changed meanwhile
            cursor.execute(_INSERT, values)
            cursor.execute(_LOST)
            if not cursor.fetchone()[0]:
                break
            cursor.execute(_AGAIN)  # somebody else wrote a name down at once: they are known in the next round
        else:
            raise RuntimeError("companies of these names came and went again and again")
        cursor.execute(_CHANGE, values)
        cursor.execute(_DOMAINS, values)
        cursor.execute(_REMEMBER, values)
        counted = _counted()
        _place(held, values)
    return counted


def _place(held: PeopleImport, values: dict[str, Any]) -> None:
    """Put under each other what there is now; what would close a circle since it was tried is left as it is."""
    with connection.cursor() as cursor:
        cursor.execute(_CHUNKS, values)
        cursor.execute(_PLACED, values)
        wanted: list[tuple[int, UUID, UUID]] = cursor.fetchall()
        refused = trees.put(trees.present(), wanted) if wanted else {}
        if refused:
            cursor.execute(_NOTE, {"import": held.pk, "note": "in_circle:", "lines": list(refused)})


def _judge(held: PeopleImport, values: dict[str, Any]) -> None:
    mapping = Mapping.from_json(held.mapping)
    with connection.cursor() as cursor:
        cursor.execute(_JUDGE.format(after=_after(mapping)), values)
        cursor.execute(_TELL, values)


def _after(mapping: Mapping) -> str:
    """What a row puts into facts of a company that we know: where nothing stands, or where the file wins."""
    parts = [
        f"""CASE WHEN given.whose IS NOT NULL AND given.data {path} IS NOT NULL
            AND coalesce(given.{was}::text, '') <> given.data {path} AND {_wins(mapping, was)}
            THEN jsonb_build_object('{name}', given.data {path}) ELSE '{{{{}}}}' END"""
        for name, path, was in (
            ("country", "-> 'f' ->> 'country'", "country_was"),
            ("owner_id", "-> 'f' ->> 'owner_id'", "owner_was"),
            ("parent_id", "->> 'p'", "parent_was"),
        )
    ]
    return f"({' || '.join(parts)})".replace("{{", "{").replace("}}", "}")


def _wins(mapping: Mapping, was: str) -> str:
    return "true" if mapping.wins == FILE else f"coalesce(given.{was}::text, '') = ''"


def _values(held: PeopleImport, chunk: ImportChunk, now: datetime) -> dict[str, Any]:
    wins = held.mapping["wins"] == FILE
    return {"import": held.pk, "first": chunk.first_line, "last": chunk.last_line, "now": now, "wins": wins}


def _counted() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT)
        found = cursor.fetchall()
    return counts(
        [(outcome, number) for outcome, number, _noted in found],
        noted=sum(row[2] for row in found),
        total=sum(row[1] for row in found),
    )
