"""Takes a part of a file of companies back: who was made goes if nothing refers to it, what was changed becomes what it
was where it still stands so; what cannot be taken back stays, with the reason.
"""

from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from engagement.profiles.companies.changes import DEEPEST, lock_trees
from engagement.profiles.importing.of_companies import trees
from engagement.profiles.importing.undoing import counted_from, references
from engagement.profiles.models import Company, ImportChunk, PeopleImport

# Of the whole import, whichever part is taken back: what belongs to what reaches over its parts.
_MADE = """
DROP TABLE IF EXISTS import_made;
CREATE TEMPORARY TABLE import_made ON COMMIT DROP AS
SELECT row.line, row.fresh AS company, row.data, ''::varchar AS kept,
    row.line BETWEEN %(first)s AND %(last)s AS is_here
FROM profiles_importrow row JOIN profiles_company made ON made.key = row.fresh
WHERE row.people_import_id = %(import)s;
SELECT 1 FROM profiles_company WHERE key IN (SELECT company FROM import_made) ORDER BY key FOR UPDATE
"""
_WAS_ABOVE = """
SELECT change.line, company.key, was.key FROM profiles_importchange change
JOIN profiles_company company ON company.key = change.profile
LEFT JOIN profiles_company was ON was.key = (change.before ->> 'parent_id')::uuid
WHERE change.people_import_id = %(import)s AND company.parent_id = (change.after ->> 'parent_id')::uuid
ORDER BY change.line
"""
_CHANGED_SINCE = """
made.changed_at > made.created_at OR made.name <> import_made.data ->> 'n'
OR made.parent_id IS NOT NULL AND made.parent_id::text IS DISTINCT FROM import_made.data ->> 'p'
OR EXISTS (SELECT FROM profiles_companydomain had WHERE had.company_id = made.key
    AND NOT coalesce(import_made.data -> 'd', '[]') ? had.domain)
"""
_HAS_PARTS = """EXISTS (SELECT FROM profiles_company part WHERE part.parent_id = made.key
    AND NOT EXISTS (SELECT FROM import_made free WHERE free.company = part.key AND free.kept = ''))"""
_MARK = """
UPDATE import_made SET kept = %(reason)s FROM profiles_company made
WHERE made.key = import_made.company AND import_made.kept = '' AND ({condition})
"""
_APART = "UPDATE profiles_company SET parent_id = NULL WHERE key IN (SELECT company FROM import_made WHERE kept = '')"
_FREE = "SELECT company FROM import_made WHERE kept = '' AND is_here"
_REMOVE = (
    f"DELETE FROM profiles_companydomain WHERE company_id IN ({_FREE})",  # noqa: S608 - a constant
    f"DELETE FROM profiles_company WHERE key IN ({_FREE})",  # noqa: S608 - a constant
)
_TELL = """
INSERT INTO profiles_importchange (people_import_id, line, profile, kept)
SELECT %(import)s, line, company, kept FROM import_made WHERE kept <> '' AND is_here
ON CONFLICT (people_import_id, line) DO UPDATE SET kept = excluded.kept
"""
_THESE = (
    "change.people_import_id = %(import)s AND change.line BETWEEN %(first)s AND %(last)s AND change.after IS NOT NULL"
)
_STAYS = f"""
UPDATE profiles_importchange change SET kept = CASE WHEN today.key IS NULL THEN 'gone'
    WHEN today.parent_id::text = change.after ->> 'parent_id'
        OR EXISTS (SELECT FROM jsonb_each_text(change.after - 'parent_id') AS put (name, value)
            WHERE to_jsonb(today) ->> put.name IS DISTINCT FROM put.value) THEN 'changed' ELSE '' END
FROM profiles_importchange itself LEFT JOIN profiles_company today ON today.key = itself.profile
WHERE {_THESE} AND itself.people_import_id = change.people_import_id AND itself.line = change.line
"""  # noqa: S608 - names only
_RESTORE = f"""
UPDATE profiles_company today SET changed_at = %(now)s,
    country = CASE WHEN change.after ->> 'country' = today.country
        THEN change.before ->> 'country' ELSE today.country END,
    owner_id = CASE WHEN change.after ->> 'owner_id' = today.owner_id::text
        THEN (change.before ->> 'owner_id')::uuid ELSE today.owner_id END
FROM profiles_importchange change WHERE {_THESE} AND today.key = change.profile
"""  # noqa: S608 - names only
_DETACH = f"""
DELETE FROM profiles_companydomain had USING profiles_importchange change
WHERE {_THESE} AND had.company_id = change.profile AND change.identities ? had.domain
"""  # noqa: S608 - names only
_COUNT = f"""
SELECT 'removed', count(*) FROM import_made WHERE kept = '' AND is_here
UNION ALL SELECT 'kept ' || kept, count(*) FROM import_made WHERE kept <> '' AND is_here GROUP BY kept
UNION ALL SELECT CASE WHEN kept = '' THEN 'restored' ELSE 'kept ' || kept END, count(*)
    FROM profiles_importchange change WHERE {_THESE} GROUP BY 1
"""  # noqa: S608 - names only


def undo_part(*, held: PeopleImport, chunk: ImportChunk, values: dict[str, Any]) -> dict[str, Any]:
    """Take back what a part did; return how many were removed, restored and kept. ``values``: ``import``, ``first``,
    ``last``, ``now``. Call it in a transaction, once for each part.
    """
    lock_trees()
    with connection.cursor() as cursor:
        cursor.execute(_MADE, values)
        _put_back(cursor, values)
        cursor.execute(_MARK.format(condition=_CHANGED_SINCE), {"reason": "changed"})
        for table, column in references(Company):
            if (table, column) not in (("profiles_companydomain", "company_id"), ("profiles_company", "parent_id")):
                condition = f"EXISTS (SELECT FROM {table} thing WHERE thing.{column} = made.key)"
                cursor.execute(_MARK.format(condition=condition), {"reason": "company_used"})
        for _floor in range(DEEPEST + 1):  # what something that stays belongs to stays as well
            cursor.execute(_MARK.format(condition=_HAS_PARTS), {"reason": "company_used"})
            if not cursor.rowcount:
                break
        for statement in (_APART, *_REMOVE):
            cursor.execute(statement)
        for statement in (_TELL, _STAYS, _RESTORE, _DETACH, _COUNT):
            cursor.execute(statement, values)
        return counted_from(cursor.fetchall())


def _put_back(cursor: CursorWrapper, values: dict[str, Any]) -> None:
    """Let companies that we knew belong to what they belonged to, but for what would be a circle by now."""
    cursor.execute(_WAS_ABOVE, values)
    found = cursor.fetchall()
    tree = {company: parent for company, parent in trees.present().items() if company not in {row[1] for row in found}}
    trees.put(tree, found)
