"""What belongs to what: which rows name a company that there is, and which of them would close a circle.

A tree is walked in memory, since each company belongs to one other at most: a file of companies has some ten thousand
rows. The database's own trigger refuses a circle once more when a row is written.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from engagement.profiles.companies.changes import DEEPEST
from engagement.profiles.importing.mapping import FILE
from engagement.profiles.models import Company, PeopleImport

Tree = dict[UUID, UUID]  # of each company the one that it belongs to
Row = tuple[int, UUID, UUID]  # line, company, the one that it shall belong to
CIRCLE, DEEP, NOWHERE = "circle", "too_deep", "no_parent"

_DUPLICATES = """
UPDATE profiles_importrow row SET refused = 'duplicate', detail = again.first::text
FROM (
    SELECT line, min(line) OVER (PARTITION BY profiles_plain(data ->> 'n')) AS first FROM profiles_importrow
    WHERE people_import_id = %(import)s AND refused = ''
) again
WHERE row.people_import_id = %(import)s AND row.line = again.line AND again.first < again.line
"""
# Whose each row is, and whose the name of its parent is: a company of ours, else a row of the file.
_NAMED = """
WITH rows AS MATERIALIZED (
    SELECT row.line, row.data ->> 'p' AS parent, coalesce(known.key, row.fresh) AS company,
        profiles_plain(row.data ->> 'n') AS said, known.parent_id AS present
    FROM profiles_importrow row
    LEFT JOIN profiles_company known ON profiles_plain(known.name) = profiles_plain(row.data ->> 'n')
    WHERE row.people_import_id = %(import)s AND row.refused = ''
)
SELECT rows.line, rows.company, coalesce(known.key, other.company), rows.present
FROM rows
LEFT JOIN profiles_company known ON profiles_plain(known.name) = profiles_plain(rows.parent)
LEFT JOIN rows other ON other.said = profiles_plain(rows.parent)
WHERE rows.parent IS NOT NULL
ORDER BY rows.line
"""
# A domain that stands in an earlier row is that one's.
_ONCE = """
WITH said AS (
    SELECT line, domain, min(line) OVER (PARTITION BY domain) AS first
    FROM profiles_importrow CROSS JOIN jsonb_array_elements_text(data -> 'd') AS domain
    WHERE people_import_id = %(import)s AND refused = ''
), again AS (
    SELECT line, array_agg(domain) AS domains FROM said WHERE first < line GROUP BY line
)
UPDATE profiles_importrow row SET data = jsonb_set(row.data, '{d}', (row.data -> 'd') - again.domains),
    notes = left(btrim(row.notes || ' taken_domain:'), 400)
FROM again WHERE row.people_import_id = %(import)s AND row.line = again.line
"""
_REFUSE = """
UPDATE profiles_importrow row SET refused = told.code
FROM unnest(%(lines)s::int[], %(codes)s::text[]) AS told (line, code)
WHERE row.people_import_id = %(import)s AND row.line = told.line
"""
_PUT = """
UPDATE profiles_importrow row SET data = CASE WHEN told.parent IS NULL THEN row.data - 'p'
        ELSE jsonb_set(row.data, '{p}', to_jsonb(told.parent)) END,
    notes = CASE WHEN told.parent IS NULL THEN left(btrim(row.notes || ' no_parent:' || %(column)s), 400)
        ELSE row.notes END
FROM unnest(%(lines)s::int[], %(parents)s::text[]) AS told (line, parent)
WHERE row.people_import_id = %(import)s AND row.line = told.line
"""
_UNDER = """
UPDATE profiles_company company SET parent_id = given.parent
FROM unnest(%(companies)s::uuid[], %(parents)s::uuid[]) AS given (company, parent) WHERE company.key = given.company
"""


def place(*, held: PeopleImport) -> dict[str, int]:
    """Refuse rows of companies that stand in an earlier one, and those that would close a circle; of the others write
    down by key what they belong to. Return how many were refused, by reason. Call it in a transaction, once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DUPLICATES, {"import": held.pk})
        counted = {"duplicate": int(cursor.rowcount)}
        cursor.execute(_NAMED, {"import": held.pk})
        named = cursor.fetchall()
        wins = held.mapping["wins"] == FILE
        wanted = [(line, company, parent) for line, company, parent, was in named if parent and (wins or not was)]
        refused = judged(present(), wanted)
        gone = {company for line, company, _parent, _was in named if line in refused}
        counted |= _counted(refused.values())
        told: dict[str, Any] = {"import": held.pk, "lines": list(refused), "codes": list(refused.values())}
        cursor.execute(_REFUSE, told)
        there = _there(gone)
        puts = [
            (line, None if parent is None or (parent in gone and parent not in there) else str(parent))
            for line, _company, parent, _was in named
            if line not in refused
        ]
        column = list(held.mapping["columns"]).index("parent") if "parent" in held.mapping["columns"] else 0
        cursor.execute(_ONCE, {"import": held.pk})
        given: dict[str, Any] = {
            "import": held.pk,
            "lines": [line for line, _ in puts],
            "parents": [parent for _, parent in puts],
        }
        cursor.execute(_PUT, given | {"column": str(column)})
    return {code: number for code, number in counted.items() if number}


def present() -> Tree:
    """Return what belongs to what now."""
    return dict(Company.objects.exclude(parent=None).order_by().values_list("key", "parent_id"))


def put(tree: Mapping[UUID, UUID], wanted: Collection[tuple[int, UUID, UUID | None]]) -> dict[int, str]:
    """Let companies belong to others, or to none, but for the lines that cannot be; return those, as ``judged`` does.
    ``tree`` is what belongs to what besides.
    """
    refused = judged(tree, [(line, company, parent) for line, company, parent in wanted if parent is not None])
    good = [(company, parent) for line, company, parent in wanted if line not in refused]
    with connection.cursor() as cursor:
        cursor.execute(_UNDER, {"companies": [one for one, _ in good], "parents": [one for _, one in good]})
    return refused


def judged(tree: Mapping[UUID, UUID], wanted: Iterable[Row]) -> dict[int, str]:
    """Return which lines cannot be, each with its reason: all those that close a circle together, and what would stand
    deeper than a tree may.
    """
    wanted = list(wanted)
    after: Tree = {**tree, **{company: parent for _line, company, parent in wanted}}
    closed = _in_circles(after)
    refused = {line: CIRCLE for line, company, _parent in wanted if company in closed}
    for line, company, _parent in wanted:
        if line in refused:
            after.pop(company)
            if company in tree:
                after[company] = tree[company]
    floors: dict[UUID, int] = {}
    for line, company, _parent in wanted:
        if line not in refused and _floors(after, company, floors) > DEEPEST:
            refused[line] = DEEP
    return refused


def _in_circles(tree: Mapping[UUID, UUID]) -> set[UUID]:
    done: set[UUID] = set()
    found: set[UUID] = set()
    for start in tree:
        path: list[UUID] = []
        on_path: dict[UUID, int] = {}
        here: UUID | None = start
        while here is not None and here not in done and here not in on_path:
            on_path[here] = len(path)
            path.append(here)
            here = tree.get(here)
        if here is not None and here in on_path:
            found.update(path[on_path[here] :])
        done.update(path)
    return found


def _floors(tree: Mapping[UUID, UUID], company: UUID, known: dict[UUID, int]) -> int:
    """How many stand above a company; each is counted once, however many hang below it."""
    path: list[UUID] = []
    here: UUID | None = company
    while here is not None and here not in known and len(path) <= len(tree):
        path.append(here)
        here = tree.get(here)
    floor = known[here] if here is not None and here in known else -1
    for one in reversed(path):
        floor += 1
        known[one] = floor
    return known[company]


def _there(keys: set[UUID]) -> set[Any]:
    return set(Company.objects.filter(pk__in=keys).order_by().values_list("pk", flat=True))


def _counted(codes: Iterable[str]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for code in codes:
        counted[code] = counted.get(code, 0) + 1
    return counted
