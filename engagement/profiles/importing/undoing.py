"""Takes a part of an import back: who was made by it goes if nothing else has happened to them since, what it changed
becomes what it was where it still stands so; what cannot be taken back stays, with the reason.
"""

import functools
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from engagement.profiles.importing import judging
from engagement.profiles.models import Consent, ConsentState, Identity, ImportChunk, PeopleImport, Profile

_MADE = """
DROP TABLE IF EXISTS import_made;
CREATE TEMPORARY TABLE import_made ON COMMIT DROP AS
SELECT row.line, row.fresh AS profile, row.data, ''::varchar AS kept FROM profiles_importrow row
WHERE row.people_import_id = %(import)s AND row.line BETWEEN %(first)s AND %(last)s AND row.fresh IS NOT NULL
    AND EXISTS (SELECT FROM profiles_profile made WHERE made.key = row.fresh)
"""
# Nobody can refer to a profile that is locked so: whoever tries waits, and finds nobody afterwards.
_LOCK = """
SELECT 1 FROM profiles_profile WHERE key IN (
    SELECT profile FROM import_made UNION SELECT profile FROM profiles_importchange
    WHERE people_import_id = %(import)s AND line BETWEEN %(first)s AND %(last)s
) ORDER BY key FOR UPDATE
"""
_KEPT = {
    "merged": """made.canonical_id IS NOT NULL
        OR EXISTS (SELECT FROM profiles_profile other WHERE other.canonical_id = made.key)""",
    "used": "made.last_heard_at IS NOT NULL OR made.last_written_at IS NOT NULL",
    "changed": " OR ".join(
        [f"made.{field} <> coalesce(import_made.data -> 'f' ->> '{field}', '')" for field in judging.FIELDS]
        + [
            "made.attributes <> coalesce(import_made.data -> 'a', '{}')",
            f"coalesce(made.{judging.OWNER}::text, '') <> coalesce(import_made.data -> 'f' ->> '{judging.OWNER}', '')",
            "to_jsonb(made.tags) <> coalesce(import_made.data -> 't', '[]')",
        ]
    ),
    "addresses": """EXISTS (SELECT FROM profiles_identity identity WHERE identity.profile_id = made.key AND (
        identity.verified_at IS NOT NULL OR identity.valid_to IS NOT NULL OR identity.preferred
        OR NOT import_made.data -> 'i' @> jsonb_build_array(jsonb_build_array(identity.key::text))))""",
    "consent": """EXISTS (SELECT FROM profiles_consent line WHERE line.profile_id = made.key
        AND line.evidence ->> 'import' IS DISTINCT FROM %(import)s::text)""",
}
_MARK = """
UPDATE import_made SET kept = %(reason)s FROM profiles_profile made
WHERE made.key = import_made.profile AND import_made.kept = '' AND ({condition})
"""
_REMOVE = (
    "DELETE FROM profiles_identity WHERE profile_id IN (SELECT profile FROM import_made WHERE kept = '')",
    "DELETE FROM profiles_consentstate WHERE profile_id IN (SELECT profile FROM import_made WHERE kept = '')",
    "DELETE FROM profiles_consent WHERE profile_id IN (SELECT profile FROM import_made WHERE kept = '')",
    "DELETE FROM profiles_profile WHERE key IN (SELECT profile FROM import_made WHERE kept = '')",
)
_TELL = """
INSERT INTO profiles_importchange (people_import_id, line, profile, kept)
SELECT %(import)s, line, profile, kept FROM import_made WHERE kept <> ''
ON CONFLICT (people_import_id, line) DO UPDATE SET kept = excluded.kept
"""
_CHANGED = (
    "change.people_import_id = %(import)s AND change.line BETWEEN %(first)s AND %(last)s AND change.after IS NOT NULL"
)
# What was changed again since, or belongs to another profile now, stays.
_STAYS = f"""
UPDATE profiles_importchange change SET kept = CASE
    WHEN today.key IS NULL OR today.canonical_id IS NOT NULL THEN 'merged'
    WHEN EXISTS (SELECT FROM jsonb_each_text(change.after -> 'f') AS put (name, value)
            WHERE to_jsonb(today) ->> put.name IS DISTINCT FROM put.value)
        OR EXISTS (SELECT FROM jsonb_each(change.after -> 'a') AS put (slug, value)
            WHERE today.attributes -> put.slug IS DISTINCT FROM put.value) THEN 'changed'
    WHEN change.consents -> 'withdraws' <> '[]' THEN 'withdrawn'
    ELSE '' END
FROM profiles_importchange itself LEFT JOIN profiles_profile today ON today.key = itself.profile
WHERE {_CHANGED} AND itself.people_import_id = change.people_import_id AND itself.line = change.line
"""  # noqa: S608 - names only
_RESTORE = f"""
UPDATE profiles_profile today SET {{fields}},
    attributes = (today.attributes - ARRAY(
            SELECT put.slug FROM jsonb_each(change.after -> 'a') AS put (slug, value)
            WHERE today.attributes -> put.slug = put.value))
        || coalesce((SELECT jsonb_object_agg(was.slug, was.value)
            FROM jsonb_each(change.before -> 'a') AS was (slug, value)
            WHERE was.value <> 'null' AND today.attributes -> was.slug = change.after -> 'a' -> was.slug), '{{{{}}}}'),
    attributes_at = (today.attributes_at - ARRAY(
            SELECT put.slug FROM jsonb_each(change.after -> 'a') AS put (slug, value)
            WHERE today.attributes -> put.slug = put.value))
        || coalesce((SELECT jsonb_object_agg(was.slug, was.value)
            FROM jsonb_each(change.before -> 'at') AS was (slug, value)
            WHERE was.value <> 'null' AND today.attributes -> was.slug = change.after -> 'a' -> was.slug), '{{{{}}}}'),
    tags = ARRAY(SELECT tag FROM unnest(today.tags) AS tag WHERE NOT change.after -> 't' ? tag ORDER BY tag)
FROM profiles_importchange change
WHERE {_CHANGED} AND today.key = change.profile AND change.kept <> 'merged'
"""  # noqa: S608 - names only
_DETACH = f"""
DELETE FROM profiles_identity identity
USING profiles_importchange change CROSS JOIN LATERAL jsonb_array_elements_text(change.identities) AS added (key)
WHERE {_CHANGED} AND identity.key = added.key::uuid AND identity.profile_id = change.profile
    AND identity.valid_to IS NULL AND identity.verified_at IS NULL AND NOT identity.preferred {{unused}}
"""  # noqa: S608 - names only
_ATTACHED_STILL = f"""
UPDATE profiles_importchange change SET kept = 'addresses'
WHERE {_CHANGED} AND change.kept = '' AND EXISTS (
    SELECT FROM jsonb_array_elements_text(change.identities) AS added (key)
    JOIN profiles_identity identity ON identity.key = added.key::uuid)
"""  # noqa: S608 - names only
# The evidence of somebody whom we knew stays; a line beside it says that it does not count. They were never asked then.
_TAKE_BACK = f"""
WITH given AS (
    SELECT change.line, state.id, state.profile_id, state.channel
    FROM profiles_importchange change CROSS JOIN jsonb_array_elements_text(change.consents -> 'gives') AS channel
    JOIN profiles_consentstate state ON state.profile_id = change.profile AND state.channel = channel
        AND state.purpose = 'marketing' AND state.granted
    WHERE {_CHANGED} AND (
        SELECT line.evidence ->> 'import' FROM profiles_consent line
        WHERE line.profile_id = change.profile AND line.purpose = 'marketing' AND line.channel IN (channel, '')
        ORDER BY line.key DESC LIMIT 1) = %(import)s::text
), gone AS (
    DELETE FROM profiles_consentstate WHERE id IN (SELECT id FROM given)
)
INSERT INTO profiles_consent (key, profile_id, channel, purpose, granted, basis, source, evidence, actor_id, at)
SELECT {{key}}, profile_id, channel, 'marketing', false, '', 'import_undone',
    jsonb_build_object('import', %(import)s::text, 'line', line), %(actor)s, %(now)s
FROM given
"""  # noqa: S608 - names only
_COUNT = f"""
SELECT 'removed', count(*) FROM import_made WHERE kept = ''
UNION ALL SELECT 'kept ' || kept, count(*) FROM import_made WHERE kept <> '' GROUP BY kept
UNION ALL SELECT CASE WHEN kept = '' THEN 'restored' ELSE 'kept ' || kept END, count(*)
    FROM profiles_importchange change WHERE {_CHANGED} GROUP BY 1
"""  # noqa: S608 - names only


def undo_part(*, held: PeopleImport, chunk: ImportChunk, values: dict[str, Any]) -> dict[str, Any]:
    """Take back what a part did; return how many people were removed, restored and kept, by reason.

    ``values``: ``import``, ``first``, ``last``, ``now``, ``actor``. Call it in a transaction, once for each part.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('vilarejo.undoing_import', %s, true)", [str(held.pk)])
        cursor.execute(_MADE, values)
        cursor.execute(_LOCK, values)
        _keep_what_lives(cursor, values)
        for statement in _REMOVE:
            cursor.execute(statement)
        cursor.execute(_TELL, values)
        _restore(cursor, values)
        cursor.execute(_COUNT, values)
        found = cursor.fetchall()
        cursor.execute("SELECT set_config('vilarejo.undoing_import', '', true)")
    return counted_from(found)


def counted_from(found: Iterable[tuple[str, int]]) -> dict[str, Any]:
    """Return how many were removed, restored and kept, by reason, from rows such as ("kept changed", 3)."""
    counted: dict[str, Any] = {"removed": 0, "restored": 0, "kept": {}}
    for name, number in found:
        what, _, reason = name.partition(" ")
        if reason:
            counted["kept"][reason] = counted["kept"].get(reason, 0) + number
        else:
            counted[what] += number
    return counted


def _keep_what_lives(cursor: CursorWrapper, values: dict[str, Any]) -> None:
    """Say of each who was made whether anything has happened to them since."""
    for reason, condition in _KEPT.items():
        cursor.execute(_MARK.format(condition=condition), values | {"reason": reason})
    for table, column in references(Profile):
        condition = f"EXISTS (SELECT FROM {table} thing WHERE thing.{column} = made.key)"
        cursor.execute(_MARK.format(condition=condition), {"reason": "used"})
    for table, column in references(Identity):
        condition = f"""EXISTS (SELECT FROM profiles_identity identity JOIN {table} thing
            ON thing.{column} = identity.key WHERE identity.profile_id = made.key)"""
        cursor.execute(_MARK.format(condition=condition), {"reason": "used"})


def _restore(cursor: CursorWrapper, values: dict[str, Any]) -> None:
    fields = ", ".join(
        f"{field} = CASE WHEN change.after -> 'f' ->> '{field}' = today.{field}"
        f" THEN change.before -> 'f' ->> '{field}' ELSE today.{field} END"
        for field in judging.FIELDS
    )
    owner = judging.OWNER
    fields += f""", {owner} = CASE WHEN change.after -> 'f' ->> '{owner}' = today.{owner}::text
        THEN nullif(change.before -> 'f' ->> '{owner}', '')::uuid ELSE today.{owner} END"""
    unused = "".join(
        f" AND NOT EXISTS (SELECT FROM {table} thing WHERE thing.{column} = identity.key)"
        for table, column in references(Identity)
    )
    cursor.execute(_STAYS, values)
    cursor.execute(_RESTORE.format(fields=fields), values)
    cursor.execute(_DETACH.format(unused=unused), values)
    cursor.execute(_ATTACHED_STILL, values)
    cursor.execute(_TAKE_BACK.format(key=judging.NEW_KEY), values)


@functools.cache
def references(model: type[Any]) -> tuple[tuple[str, str], ...]:
    """Return table and column of everything that refers to a model, but for what an import makes of a profile."""
    own = {Identity, Consent, ConsentState} if model is Profile else set()
    found = set()
    for relation in model._meta.get_fields(include_hidden=True):
        is_reference = relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)
        if not is_reference or relation.related_model in own:
            continue
        table = relation.related_model._meta.db_table
        if (table, relation.field.column) != ("profiles_profile", "canonical_id"):
            found.add((table, relation.field.column))
    if model is Profile:
        found |= {(table, column) for table, column in _beside_profile() if table == "profiles_identity"}
    return tuple(sorted(found))


def _beside_profile() -> list[tuple[str, str]]:
    """Further columns of an identity that name a profile."""
    fields = [field for field in Identity._meta.concrete_fields if field.related_model is Profile]
    return [("profiles_identity", str(field.column)) for field in fields if field.name != "profile"]
