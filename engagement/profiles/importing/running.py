"""Brings a part of a file in: people, addresses, facts, consent, by set, in the transaction of the part."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg.types.json import Jsonb

from engagement.profiles import withdrawals
from engagement.profiles.importing import judging, trying
from engagement.profiles.importing.counting import together
from engagement.profiles.importing.mapping import Mapping
from engagement.profiles.models import ImportChunk, PeopleImport
from engagement.profiles.models.consent import CHANNELS, Purpose

_ROUNDS = 4  # who loses a race for an address finds the winner in the next round
_FREE = "NOT met.stands AND (met.whose IS NULL OR met.whose = judged.whose)"
_INSERT_IDENTITY = """
INSERT INTO profiles_identity
    (key, profile_id, kind, scope, address, address_norm, alias, leads, preferred, valid_from)
SELECT met.key, {person}, met.kind, met.scope, met.address, met.norm, met.alias, met.alias <> '' AND met.whose IS NULL,
    false, %(now)s
FROM import_met met JOIN import_judged judged USING (line)
WHERE {which} ORDER BY met.alias, met.norm, met.key
ON CONFLICT DO NOTHING
"""
# Identities first: only those that win at the unique constraint get a profile (the commit checks the foreign key).
_FIRST = _INSERT_IDENTITY.format(person="met.fresh", which="judged.outcome = 'new' AND met.place = 1")
_FURTHER = _INSERT_IDENTITY.format(
    person="coalesce(judged.whose, judged.fresh)",
    which=f"{_FREE} AND (judged.outcome = 'changed' OR judged.outcome = 'new' AND met.place > 1)",
)
_LOST = """
UPDATE import_judged judged SET outcome = 'lost' FROM import_met met
WHERE met.line = judged.line AND met.place = 1 AND judged.outcome = 'new'
    AND NOT EXISTS (SELECT FROM profiles_identity identity WHERE identity.key = met.key)
RETURNING judged.line
"""
_TAKEN = f"""
UPDATE import_judged judged SET taken = btrim(judged.taken || ' ' || met.kind) FROM import_met met
WHERE met.line = judged.line AND {_FREE} AND judged.outcome IN ('new', 'changed')
    AND NOT EXISTS (SELECT FROM profiles_identity identity WHERE identity.key = met.key)
"""  # noqa: S608 - names only
_WANTED = f"""
SELECT count(*) FILTER (WHERE judged.outcome = 'new' AND met.place = 1),
    count(*) FILTER (WHERE {_FREE} AND (judged.outcome = 'changed' OR judged.outcome = 'new' AND met.place > 1))
FROM import_met met JOIN import_judged judged USING (line)
"""  # noqa: S608 - names only
_CHANGE = """
UPDATE profiles_profile known SET {fields}
    attributes = known.attributes || judged.attributes,
    attributes_at = known.attributes_at || coalesce((SELECT jsonb_object_agg(slug, %(now)s::timestamptz)
        FROM jsonb_object_keys(judged.attributes) AS slug), '{{}}'),
    tags = CASE WHEN judged.tags = '{{}}' THEN known.tags
        ELSE ARRAY(SELECT DISTINCT tag FROM unnest(known.tags || judged.tags::varchar[]) AS tag ORDER BY tag) END
FROM import_judged judged
WHERE known.key = judged.whose AND judged.outcome = 'changed'
    AND (judged.after <> '{{}}' OR judged.attributes <> '{{}}' OR judged.tags <> '{{}}')
"""
_REMEMBER = """
INSERT INTO profiles_importchange (people_import_id, line, profile, before, after, identities, consents)
SELECT %(import)s, judged.line, judged.whose,
    jsonb_build_object(
        'f', coalesce((SELECT jsonb_object_agg(name, judged.before -> name)
            FROM jsonb_object_keys(judged.after) AS name), '{}'),
        'a', coalesce((SELECT jsonb_object_agg(slug, judged.attributes_before -> slug)
            FROM jsonb_object_keys(judged.attributes) AS slug), '{}'),
        'at', coalesce((SELECT jsonb_object_agg(slug, judged.attributes_at_before -> slug)
            FROM jsonb_object_keys(judged.attributes) AS slug), '{}')),
    jsonb_build_object('f', judged.after, 'a', judged.attributes, 't', to_jsonb(judged.tags)),
    added.keys,
    jsonb_build_object('gives', to_jsonb(judged.gives), 'withdraws', to_jsonb(judged.withdraws))
FROM import_judged judged
LEFT JOIN (SELECT met.line, jsonb_agg(met.key) AS keys FROM import_met met WHERE NOT met.stands GROUP BY met.line)
    AS added ON added.line = judged.line
WHERE judged.outcome = 'changed'
"""
_LEDGER = f"""
INSERT INTO profiles_consent
    (key, profile_id, channel, purpose, granted, basis, source, evidence, actor_id, at, expires_at)
SELECT {judging.NEW_KEY}, coalesce(judged.whose, judged.fresh), channel, 'marketing', %(granted)s, %(basis)s, 'import',
    %(evidence)s || jsonb_build_object('line', judged.line)
        || jsonb_strip_nulls(jsonb_build_object(
            'where', judged.data -> 'where',
            'dated_by', CASE WHEN %(granted)s THEN judged.data -> 'dated_by' END)),
    %(actor)s, CASE WHEN %(granted)s THEN coalesce((judged.data ->> 'at')::timestamptz, %(now)s) ELSE %(now)s END,
    %(expires)s
FROM import_judged judged CROSS JOIN unnest({{said}}) AS channel
WHERE judged.outcome IN ('new', 'changed')
"""  # noqa: S608 - names only
_GIVE_STATE = """
INSERT INTO profiles_consentstate (profile_id, channel, purpose, granted, basis, since, expires_at)
SELECT coalesce(judged.whose, judged.fresh), channel, 'marketing', true, %(basis)s,
    coalesce((judged.data ->> 'at')::timestamptz, %(now)s), %(expires)s
FROM import_judged judged CROSS JOIN unnest(judged.gives) AS channel
WHERE judged.outcome IN ('new', 'changed') ORDER BY 1, 2
ON CONFLICT (profile_id, channel, purpose) DO UPDATE
SET basis = excluded.basis, since = excluded.since, expires_at = excluded.expires_at
WHERE profiles_consentstate.granted
"""
_WITHDRAW_STATE = """
INSERT INTO profiles_consentstate (profile_id, channel, purpose, granted, basis, since, expires_at)
SELECT family.key, channel, 'marketing', false, '', %(now)s, NULL
FROM import_judged judged CROSS JOIN unnest(judged.withdraws) AS channel
JOIN LATERAL (SELECT coalesce(judged.whose, judged.fresh) AS key UNION ALL
    SELECT merged.key FROM profiles_profile merged WHERE merged.canonical_id = judged.whose) AS family ON true
WHERE judged.outcome IN ('new', 'changed') ORDER BY 1, 2
ON CONFLICT (profile_id, channel, purpose) DO UPDATE
SET granted = false, basis = '', since = excluded.since, expires_at = NULL
RETURNING profile_id, channel
"""


def bring_in(*, held: PeopleImport, chunk: ImportChunk, now: datetime) -> dict[str, Any]:
    """Do what the rows of a part say; return what they did. Call it in a transaction, once for each part."""
    mapping = Mapping.from_json(held.mapping)
    done, lines = [], None
    for _ in range(_ROUNDS):
        values = judging.values_for(held, mapping, chunk.first_line, chunk.last_line, now, lines)
        with connection.cursor() as cursor:
            cursor.execute(judging.SETTINGS)
            cursor.execute(judging.MET, values)
            cursor.execute(judging.LOCK)
            cursor.execute(judging.judgement(mapping), values)
            lines = _people(cursor, mapping, values)
            cursor.execute(trying.TELL, values)
            if mapping.speaks_of_consent:
                _consents(cursor, held, mapping, values)
            cursor.execute(_REMEMBER, values)
        done.append(trying.counted())
        if not lines:
            return together(done)
    raise RuntimeError(f"addresses of {len(lines or [])} rows changed hands again and again")


def _people(cursor: CursorWrapper, mapping: Mapping, values: dict[str, Any]) -> list[int]:
    """Make those who are new, change those whom we know; return the lines of which somebody else made the person."""
    cursor.execute(_WANTED)
    first, further = cursor.fetchone()
    lost: list[int] = []
    if first:
        cursor.execute(_FIRST, values)
        if cursor.rowcount < first:
            cursor.execute(_LOST)
            lost = [row[0] for row in cursor.fetchall()]
        cursor.execute(_making(mapping), values)
    cursor.execute(_changing(mapping), values)
    if further:
        cursor.execute(_FURTHER, values)
        if cursor.rowcount < further:
            cursor.execute(_TAKEN)
    return lost


def _making(mapping: Mapping) -> str:
    """The INSERT of profiles, with the facts that the file has columns for."""
    facts = {
        field: f"coalesce(data -> 'f' ->> '{field}', '')" if judging.fills(mapping, field) else "''"
        for field in judging.FIELDS
    }
    if judging.fills(mapping, judging.OWNER):
        facts[judging.OWNER] = f"(data -> 'f' ->> '{judging.OWNER}')::uuid"
    return f"""
        INSERT INTO profiles_profile ({", ".join(facts)}, key, attributes, attributes_at, tags, created_at)
        SELECT {", ".join(facts.values())}, fresh, coalesce(data -> 'a', '{{}}'),
            CASE WHEN data ? 'a' THEN (SELECT jsonb_object_agg(slug, %(now)s::timestamptz)
                FROM jsonb_object_keys(data -> 'a') AS slug) ELSE '{{}}' END,
            CASE WHEN data ? 't' THEN ARRAY(SELECT jsonb_array_elements_text(data -> 't')) ELSE '{{}}' END, %(now)s
        FROM import_judged WHERE outcome = 'new'
    """  # noqa: S608 - names only


def _changing(mapping: Mapping) -> str:
    fields = [field for field in judging.FIELDS if judging.fills(mapping, field)]
    changes = "".join(f"{field} = coalesce(judged.after ->> '{field}', known.{field}), " for field in fields)
    if judging.fills(mapping, judging.OWNER):
        changes += f"{judging.OWNER} = coalesce((judged.after ->> '{judging.OWNER}')::uuid, known.{judging.OWNER}), "
    return _CHANGE.format(fields=changes)


def _consents(cursor: CursorWrapper, held: PeopleImport, mapping: Mapping, values: dict[str, Any]) -> None:
    """Write down who agreed and who does not want it, and stop what waits for these."""
    evidence = {
        "text": mapping.evidence or _opt_out_headers(held, mapping),
        "file": held.filename,
        "import": str(held.pk),
    }
    given: dict[str, Any] = values | {"evidence": Jsonb(evidence), "actor": held.made_by_id}
    given |= {"granted": True, "basis": mapping.basis, "expires": expiry(mapping)}
    cursor.execute(_LEDGER.replace("{said}", "judged.gives"), given)
    cursor.execute(_GIVE_STATE, given)
    if not any(column.startswith(("consent:", "optout:")) for column in mapping.columns):
        return
    given |= {"granted": False, "basis": "", "expires": None}
    cursor.execute(_LEDGER.replace("{said}", "judged.withdraws"), given)
    cursor.execute(_WITHDRAW_STATE, given)
    withdrawn = cursor.fetchall()
    for channel in CHANNELS:
        profiles = sorted({profile for profile, of in withdrawn if of == channel})
        if profiles:
            withdrawals.tell(profile_ids=profiles, channel=channel, purpose=Purpose.MARKETING, now=values["now"])


def _opt_out_headers(held: PeopleImport, mapping: Mapping) -> str:
    """What the columns are called that say who opted out: the evidence of a file that gives no consent."""
    pairs = zip(held.headers, mapping.columns, strict=False)
    return ", ".join(header for header, column in pairs if column.startswith("optout:"))


def expiry(mapping: Mapping) -> datetime | None:
    """Return when consent ends: with the day that was chosen, in UTC."""
    if not mapping.expires_on:
        return None
    day = date.fromisoformat(mapping.expires_on)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
