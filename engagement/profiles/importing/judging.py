"""What each row would do, in one statement for a whole part of a file: the same for the trial and for the run.

``MET``: whose each address of the rows is, by itself (``stands``) or by another spelling of the same mailbox or number.
 ``judgement``: for each row the person that it is about (none: a new one),
what it changes there, and what it must not do.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from engagement.profiles.actions.suppress import CHANNELS_OF
from engagement.profiles.importing.mapping import FILE, Mapping
from engagement.profiles.models import PeopleImport
from engagement.profiles.suppression import address_hash_sql

EMPTY = "''"
FIELDS = ("name", "language", "time_zone", "country", "place", "lifecycle")
OWNER = "owner_id"  # of a person among us; a key, where the other facts are text
# How many addresses a row has is not known to the planner: each is looked up in the index, one by one (LATERAL, LIMIT).
MET = """
DROP TABLE IF EXISTS import_met, import_judged;
CREATE TEMPORARY TABLE import_met ON COMMIT DROP AS
SELECT row.line, row.fresh, given.place, given.a ->> 0 AS kind, given.a ->> 1 AS scope, given.a ->> 2 AS norm,
    given.a ->> 3 AS address, (given.a ->> 4)::uuid AS key, given.a ->> 5 AS alias,
    identity.key IS NOT NULL AS stands, coalesce(home.canonical_id, home.key) AS whose
FROM profiles_importrow row
CROSS JOIN jsonb_array_elements(row.data -> 'i') WITH ORDINALITY AS given (a, place)
LEFT JOIN LATERAL (
    SELECT key, profile_id FROM profiles_identity WHERE kind = given.a ->> 0 AND scope = given.a ->> 1
        AND address_norm = given.a ->> 2 AND valid_to IS NULL LIMIT 1) AS identity ON true
LEFT JOIN LATERAL (
    SELECT profile_id FROM profiles_identity WHERE identity.key IS NULL AND given.a ->> 5 <> ''
        AND alias = given.a ->> 5 AND leads AND valid_to IS NULL LIMIT 1) AS leader ON true
LEFT JOIN LATERAL (
    SELECT key, canonical_id FROM profiles_profile
    WHERE key = coalesce(identity.profile_id, leader.profile_id) LIMIT 1) AS home ON true
WHERE row.people_import_id = %(import)s AND row.line BETWEEN %(first)s AND %(last)s AND row.refused = ''
    AND (%(lines)s::int[] IS NULL OR row.line = ANY(%(lines)s));
ANALYZE import_met (line, whose, place)
"""
# A time-ordered key (RFC 9562 section 5.7), made where the row is made.
NEW_KEY = """encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING
    substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
    52, 1), 53, 1), 'hex')::uuid"""
# Facts of people whom we know must not change between the judgement and what follows from it.
LOCK = """
SELECT 1 FROM profiles_profile
WHERE key = ANY(ARRAY(SELECT DISTINCT whose FROM import_met WHERE whose IS NOT NULL))
ORDER BY key FOR NO KEY UPDATE
"""


SETTINGS = """
SET LOCAL jit = off; SET LOCAL work_mem = '32MB'; SET LOCAL gin_pending_list_limit = '16MB'
"""


def values_for(
    held: PeopleImport, mapping: Mapping, first: int, last: int, now: datetime, lines: Sequence[int] | None = None
) -> dict[str, Any]:
    """Return the values of the statements, for the rows of a part or for some ``lines`` of it."""
    return {
        "import": held.pk,
        "first": first,
        "last": last,
        "lines": list(lines) if lines is not None else None,
        "decides": list(mapping.decides),
        "now": now,
    }


def judgement(mapping: Mapping) -> str:
    """Return the statement that makes ``import_judged`` of ``import_met``: line, fresh, data, notes, whose, outcome,
    detail, suppressed (kinds), before and after (facts), attributes and attributes_before, tags, free (addresses to
    add), taken (kinds), gives and withdraws (channels).
    """
    mapped = [field for field in (*FIELDS, OWNER) if fills(mapping, field)]
    return f"""
CREATE TEMPORARY TABLE import_judged ON COMMIT DROP AS
WITH hashed AS MATERIALIZED (
    SELECT line, kind, {address_hash_sql("kind", "norm")} AS hash FROM import_met
    UNION ALL SELECT line, kind, {address_hash_sql("kind", "alias")} FROM import_met WHERE alias NOT IN ('', norm)
), held AS MATERIALIZED (
    SELECT hashed.line, bool_or(suppression.reason = 'erased') AS erased, array_agg(DISTINCT hashed.kind) AS kinds
    FROM hashed JOIN profiles_suppression suppression
        ON suppression.kind = hashed.kind AND suppression.address_hash = hashed.hash
        AND (suppression.purpose <> 'service' OR suppression.reason = 'erased')
        AND suppression.starts_at <= %(now)s AND (suppression.ends_at IS NULL OR suppression.ends_at > %(now)s)
    GROUP BY hashed.line
), found AS MATERIALIZED (
    SELECT DISTINCT ON (line) line, whose FROM import_met
    WHERE whose IS NOT NULL AND kind = ANY(%(decides)s) ORDER BY line, place
), numbered AS MATERIALIZED (
    SELECT line, whose, min(line) OVER (PARTITION BY whose) AS first FROM found
), addresses AS MATERIALIZED (
    SELECT import_met.line, count(*) FILTER (
            WHERE NOT stands AND (import_met.whose IS NULL OR import_met.whose = found.whose)) AS free,
        string_agg(import_met.kind, ' ') FILTER (
            WHERE import_met.whose IS DISTINCT FROM found.whose AND import_met.whose IS NOT NULL) AS taken
    FROM import_met LEFT JOIN found USING (line) GROUP BY import_met.line
){_consent(mapping)}, weighed AS MATERIALIZED (
    SELECT row.line, row.fresh, row.data, row.notes, numbered.whose, numbered.first, held.erased, held.kinds,
        addresses.free, addresses.taken, {_weighed_consent(mapping)},
        {_before(mapped)} AS before, {_after(mapping, mapped)} AS after,
        known.attributes AS attributes_before, known.attributes_at AS attributes_at_before,
        {_attributes(mapping)} AS attributes, {_tags(mapping)} AS tags
    FROM profiles_importrow row
    JOIN addresses USING (line)
    LEFT JOIN numbered USING (line)
    LEFT JOIN held USING (line)
    LEFT JOIN LATERAL (SELECT * FROM profiles_profile WHERE key = numbered.whose LIMIT 1) AS known ON true
    {"LEFT JOIN said USING (line)" if mapping.speaks_of_consent else ""}
    WHERE row.people_import_id = %(import)s AND row.line BETWEEN %(first)s AND %(last)s
)
SELECT line, fresh, data, notes, whose,
    CASE WHEN erased THEN 'erased' WHEN whose IS NULL THEN 'new' WHEN first < line THEN 'duplicate'
        WHEN free > 0 OR after <> '{{}}' OR attributes <> '{{}}' OR tags <> '{{}}' OR gives <> '{{}}'
            OR withdraws <> '{{}}' THEN 'changed' ELSE 'same' END AS outcome,
    CASE WHEN NOT coalesce(erased, false) AND first < line THEN first::text ELSE '' END AS detail,
    coalesce(kinds, '{{}}') AS suppressed, coalesce(taken, '') AS taken, free, before, after, attributes_before,
    attributes_at_before, attributes, tags, gives, withdraws
FROM weighed;
ANALYZE import_judged (line, outcome, whose)
"""  # noqa: S608 - names only


def fills(mapping: Mapping, field: str) -> bool:
    """Whether the file says something about a fact."""
    columns = set(mapping.columns)
    if field == OWNER:
        return "owner" in columns
    return field in columns or (field == "name" and bool(columns & {"first_name", "last_name"}))


def _now(field: str) -> str:
    """A fact as text, empty where nothing is known; none for whom we do not know."""
    if field == OWNER:
        return f"CASE WHEN known.key IS NOT NULL THEN coalesce(known.{OWNER}::text, '') END"
    return f"known.{field}"


def _wins(mapping: Mapping, is_empty: str) -> str:
    return "true" if mapping.wins == FILE else is_empty


def _after(mapping: Mapping, mapped: Sequence[str]) -> str:
    """What the row puts into facts that are empty, or that differ where the file wins."""
    parts = [
        f"CASE WHEN {_now(field)} <> row.data -> 'f' ->> '{field}' AND {_wins(mapping, f'{_now(field)} = {EMPTY}')}"
        f" THEN jsonb_build_object('{field}', row.data -> 'f' ->> '{field}') ELSE '{{}}' END"
        for field in mapped
    ]
    return f"({' || '.join(parts)})" if parts else "'{}'::jsonb"


def _before(mapped: Sequence[str]) -> str:
    parts = ", ".join(f"'{field}', {_now(field)}" for field in mapped)
    return f"jsonb_build_object({parts})"


def _attributes(mapping: Mapping) -> str:
    if not any(column.startswith("attribute:") for column in mapping.columns):
        return "'{}'::jsonb"
    return f"""coalesce((SELECT jsonb_object_agg(slug, value) FROM jsonb_each(row.data -> 'a') AS given (slug, value)
            WHERE known.key IS NOT NULL AND known.attributes -> slug IS DISTINCT FROM value
                AND {_wins(mapping, "NOT known.attributes ? slug")}), '{{}}')"""  # noqa: S608 - names only


def _tags(mapping: Mapping) -> str:
    if "tags" not in mapping.columns and not mapping.tags:
        return "'{}'::text[]"
    return """coalesce((SELECT array_agg(tag) FROM jsonb_array_elements_text(row.data -> 't') AS tag
            WHERE known.key IS NOT NULL AND NOT tag = ANY(known.tags)), '{}')"""


def _consent(mapping: Mapping) -> str:
    """What each row says by which channel, where it differs from what holds. The stricter of the person's profiles
    counts; what was withdrawn stays so, and nothing is given for an address that is suppressed.
    """
    if not mapping.speaks_of_consent:
        return ""
    covers = " ".join(
        f"WHEN '{channel}' THEN ARRAY[{', '.join(repr(kind) for kind in kinds)}]"
        for channel, kinds in _kinds_of_channels().items()
    )
    return f""", family AS MATERIALIZED (
    SELECT found.line, found.whose AS key FROM found
    UNION ALL
    SELECT found.line, merged.key FROM found JOIN profiles_profile merged ON merged.canonical_id = found.whose
), standing AS MATERIALIZED (
    SELECT family.line, state.channel, bool_and(state.granted) AS granted,
        bool_or(state.granted AND (state.expires_at IS NULL OR state.expires_at > %(now)s)) AS holds
    FROM family JOIN profiles_consentstate state ON state.profile_id = family.key AND state.purpose = 'marketing'
    GROUP BY family.line, state.channel
), said AS MATERIALIZED (
    SELECT row.line,
        coalesce(array_agg(word.channel) FILTER (WHERE word.yes AND (standing.granted IS NULL
            OR (standing.granted AND NOT standing.holds))
            AND NOT coalesce(held.kinds && CASE word.channel {covers} ELSE ARRAY[word.channel] END, false)), '{{}}')
            AS gives,
        coalesce(array_agg(word.channel) FILTER (
            WHERE NOT word.yes AND standing.granted IS DISTINCT FROM false), '{{}}') AS withdraws
    FROM profiles_importrow row
    CROSS JOIN LATERAL (SELECT key AS channel, value = 'true'::jsonb AS yes FROM jsonb_each(row.data -> 'c')) AS word
    LEFT JOIN standing ON standing.line = row.line AND standing.channel = word.channel
    LEFT JOIN held ON held.line = row.line
    WHERE row.people_import_id = %(import)s AND row.line BETWEEN %(first)s AND %(last)s AND row.refused = ''
        AND (%(lines)s::int[] IS NULL OR row.line = ANY(%(lines)s))
    GROUP BY row.line
)"""  # noqa: S608 - names only


def _weighed_consent(mapping: Mapping) -> str:
    if not mapping.speaks_of_consent:
        return "'{}'::text[] AS gives, '{}'::text[] AS withdraws"
    return "coalesce(said.gives, '{}') AS gives, coalesce(said.withdraws, '{}') AS withdraws"


def _kinds_of_channels() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, channels in {**CHANNELS_OF, "whatsapp": ("whatsapp",)}.items():
        for channel in channels:
            found.setdefault(channel, []).append(kind)
    return found
