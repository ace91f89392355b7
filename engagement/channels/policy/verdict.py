"""One statement that says of each candidate whether it may be written to: for one row and for a million.

Its shape never changes: what it needs to know of the world (approved words, quiet hours, the organisation's cap)
travels as parameters, and what is looked up for each row is looked up by an index, only for those whom the rules
before it let pass.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from engagement.channels.jurisdictions import in_force
from engagement.channels.policy import quiet_hours
from engagement.channels.policy.registries import approved_of, exclusions
from engagement.organization.current import current_organization
from engagement.profiles.deal_rule import quiet_deals_sql
from engagement.profiles.suppression import ADDRESS_HASH_SQL

COLUMNS = (
    *("key", "profile_id", "channel", "kind", "address_norm", "purpose", "content_hash"),
    *("held_out", "cap", "cap_days", "time_zone", "country", "quiet"),
)
ERASED = "erased"  # the reason of a suppression that even an answer respects
# The states of what left, or may have left.
LEFT = ("handing", "unknown", "accepted", "delivered", "read", "bounced", "complained")

# A column that the candidates do not have is found one level further out, in ``fallback``.
_CANDIDATES = """
candidate AS (
    SELECT given.*, coalesce(profile.canonical_id, given.profile_id) AS person_id
    FROM (SELECT false AS quiet) AS fallback
    CROSS JOIN LATERAL (SELECT {columns} FROM ({candidates}) AS one) AS given
    LEFT JOIN profiles_profile profile ON profile.key = given.profile_id
)"""
_DEALS = """
quiet_deal AS MATERIALIZED (
    SELECT coalesce(profile.canonical_id, deal.profile_id) AS person_id, max(deal.code) AS code
    FROM ({deals}) deal JOIN profiles_profile profile ON profile.key = deal.profile_id GROUP BY 1
)"""
# "They opted out" only where the ledger says so: they had agreed before, or the refusal is their own. A "no" that a
# file brought of somebody who never agreed is no withdrawal. Looked up only for those who do not consent.
_WITHDRAWN = """
            SELECT FROM profiles_consent line JOIN profiles_profile member ON member.key = line.profile_id
            WHERE (member.key = candidate.person_id OR member.canonical_id = candidate.person_id)
            AND line.purpose = candidate.purpose AND line.channel IN ('', candidate.channel)
            AND (line.granted OR line.source <> 'import')"""
_CONSENT = """
    WHEN candidate.purpose = 'marketing' AND consent.granted IS NULL THEN 'no_consent'
    WHEN candidate.purpose <> 'conversation' AND NOT consent.granted THEN CASE
        WHEN candidate.purpose = 'marketing' AND NOT EXISTS ({withdrawn}) THEN 'no_consent'
        ELSE 'consent_withdrawn' END
    WHEN candidate.purpose = 'marketing' AND consent.expires_at <= %(policy_now)s THEN 'consent_expired'"""
# Where nobody is suppressed, no address is hashed: asked once for the statement, not once a row.
_SUPPRESSION = """
    WHEN (SELECT EXISTS (SELECT FROM profiles_suppression)) AND EXISTS (
        SELECT FROM profiles_suppression suppression
        WHERE suppression.address_hash = {hash} AND suppression.kind = candidate.kind
        AND suppression.starts_at <= %(policy_now)s
        AND (suppression.ends_at IS NULL OR suppression.ends_at > %(policy_now)s)
        AND CASE WHEN candidate.purpose = 'conversation'
            THEN suppression.purpose = '' AND suppression.reason = %(policy_erased)s
            ELSE suppression.purpose IN ('', candidate.purpose) END
    ) THEN 'suppressed'"""
_CONTENT = """
    WHEN candidate.content_hash <> '' AND candidate.content_hash <> ALL(%(policy_approved)s::text[])
        THEN 'not_approved'
    WHEN candidate.held_out THEN 'holdout'"""
# What each person got: joined, so that the planner may take the index for one and a hash for a million.
_SENT = """
capped AS (
    SELECT key, person_id, cap_days FROM judged
    WHERE objection IS NULL AND purpose = 'marketing' AND (%(policy_cap)s > 0 OR cap > 0)
), family AS (
    SELECT key, cap_days, person_id AS profile_id FROM capped UNION ALL
    SELECT capped.key, capped.cap_days, merged.key FROM capped
    JOIN profiles_profile merged ON merged.canonical_id = capped.person_id
), got AS (
    SELECT family.key, count(*) FILTER (WHERE sent.state = 'claimed' OR sent.handed_at > %(policy_since)s) AS of_all,
        count(*) FILTER (WHERE sent.state = 'claimed'
            OR sent.handed_at > %(policy_now)s - make_interval(days => family.cap_days)) AS of_own
    FROM family JOIN engagement_channels_transmission sent ON sent.profile_id = family.profile_id
    WHERE sent.purpose = 'marketing' AND sent.state = ANY(%(policy_left)s::text[]) AND sent.key <> family.key
    GROUP BY family.key
)"""
# How many more this person may get: of the organisation's cap and the candidate's own, whichever leaves less.
_ROOM = """
    CASE WHEN candidate.purpose = 'marketing' THEN least(
        CASE WHEN %(policy_cap)s > 0 THEN %(policy_cap)s - coalesce(got.of_all, 0) END,
        CASE WHEN candidate.cap > 0 THEN candidate.cap - coalesce(got.of_own, 0) END) END"""
# Where somebody is: their country, or the state that their number belongs to; by the number alone if that is all.
_DIGITS = ", ".join(f"%(policy_states)s::jsonb ->> substr(candidate.address_norm, 2, {n})" for n in (4, 3, 2, 1))
_PLACE = f"""CASE WHEN candidate.kind <> 'phone' THEN upper(candidate.country) ELSE (
        SELECT CASE WHEN candidate.country = '' OR left(number.place, 2) = upper(candidate.country)
            THEN coalesce(number.place, '') ELSE upper(candidate.country) END
        FROM (SELECT coalesce({_DIGITS}) AS place) AS number) END"""  # noqa: S608 - constants only
_CONSENT_BY_PLACE = f"""
    WHEN candidate.purpose = 'marketing' AND consent.basis = 'implied'
        AND %(policy_express)s::jsonb -> (candidate.channel || ':' || ({_PLACE})) IS NOT NULL
        THEN 'consent_not_express'"""


def _hours(key: str, general: str) -> str:
    """What a rule sheet says about ``key``, else what holds in general."""
    of_sheet = f"%(policy_ruled)s::jsonb ->> (candidate.channel || ':' || {key})"
    return f"{of_sheet},\n            %(policy_{general})s::jsonb ->> {key}"


_BY_AREA = ",\n            ".join(
    _hours(f"(upper(candidate.country) || substr(candidate.address_norm, 2, {n}))", "areas") for n in (4, 3, 2)
)
_BY_PREFIX = ",\n            ".join(_hours(f"substr(candidate.address_norm, 2, {n})", "prefixes") for n in (4, 3, 2, 1))
_QUIET = f"""
    CASE WHEN candidate.purpose = 'marketing' AND (candidate.channel = 'sms' OR candidate.quiet) THEN nullif(coalesce(
        %(policy_places)s::jsonb -> (candidate.channel || ':' || ({_PLACE}))
            ->> (%(policy_groups)s::jsonb ->> candidate.time_zone),
        %(policy_zones)s::jsonb ->> candidate.time_zone,
        CASE WHEN candidate.kind = 'phone' THEN coalesce({_BY_AREA}) END,
        {_hours("upper(candidate.country)", "countries")},
        CASE WHEN candidate.kind = 'phone' THEN coalesce({_BY_PREFIX}) END,
        %(policy_house)s
    ), '')::timestamptz END"""
_STATEMENT = """
WITH {candidates}, {deals}, judged AS (
    SELECT candidate.*, CASE {consent} {by_place} {suppression}
    WHEN candidate.purpose <> 'marketing' THEN NULL
    WHEN quiet_deal.code IS NOT NULL THEN quiet_deal.code {exclusions} {content}
    END AS objection
    FROM candidate
    LEFT JOIN profiles_consentstate consent ON consent.profile_id = candidate.person_id
        AND consent.channel = candidate.channel AND consent.purpose = candidate.purpose
    LEFT JOIN quiet_deal ON quiet_deal.person_id = candidate.person_id
), {sent}, measured AS (
    SELECT candidate.key, candidate.person_id, candidate.objection,
        CASE WHEN candidate.objection IS NULL THEN {room} END AS room,
        CASE WHEN candidate.objection IS NULL THEN {quiet} END AS quiet_until
    FROM judged candidate LEFT JOIN got ON got.key = candidate.key
), counted AS (
    SELECT measured.*, CASE WHEN room IS NOT NULL THEN row_number() OVER (
        PARTITION BY person_id, objection IS NULL AND quiet_until IS NULL ORDER BY key) END AS place
    FROM measured
)
SELECT key,
    CASE WHEN objection IS NOT NULL THEN objection
    WHEN place > room THEN 'frequency_cap'
    WHEN quiet_until IS NOT NULL THEN 'quiet_hours' END AS code,
    CASE WHEN objection IS NULL AND place > room IS NOT TRUE THEN quiet_until END AS until
FROM counted
"""
_SURVEY = """
SELECT DISTINCT content_hash FROM ({candidates}) AS one WHERE content_hash <> '' AND purpose = 'marketing'
"""


def verdict_sql(
    candidates_sql: str,
    params: Mapping[str, Any],
    *,
    now: datetime,
    hashes: Sequence[str] | None = None,
    quiet: quiet_hours.Quiet | None = None,
) -> tuple[str, dict[str, Any]]:
    """Return a SELECT of (key, code, until), one row for each candidate, and its parameters.

    ``code`` NULL: may be written to. ``until`` NULL with a code: refused; set: not before then. Codes have their
    sentences in ``delivery.reasons``. In the order in which they are asked: consent, suppression, deal, registered
    exclusions, approval, holdout, frequency cap, quiet hours; the first that objects has decided.

    ``candidates_sql`` is a SELECT with ``params`` (none begins with ``policy_``) of: key uuid; profile_id uuid, null
    for nobody known; channel and kind text, the kinds of the channel ("email", "sms") and of the address ("email",
    "phone"); address_norm text; purpose text; content_hash text, '' = needs no approval; held_out boolean; cap
    integer, 0 = none, in cap_days integer; time_zone and country text, '' = not known; and, if you like, quiet
    boolean: whether quiet hours hold for it though it is no SMS. Each key stands in it once.

    The result can stand in parentheses in another statement. ``hashes``: every content_hash of the candidates, where
    the caller knows them; else one query finds them. ``quiet``: the quiet hours of another moment than
    ``now``, for what begins later (``quiet_hours.quiet``, with the ``hours`` of the sheets in force then).
    """
    sql = _STATEMENT.format(
        candidates=_CANDIDATES.format(candidates=candidates_sql, columns=", ".join(COLUMNS)),
        deals=_DEALS.format(deals=quiet_deals_sql().replace("%(now)s", "%(policy_now)s")),
        consent=_CONSENT.format(withdrawn=_WITHDRAWN),
        by_place=_CONSENT_BY_PLACE,
        suppression=_SUPPRESSION.format(hash=ADDRESS_HASH_SQL("candidate.kind", "candidate.address_norm")),
        exclusions="".join(f"\n    WHEN ({sql}) THEN '{code}'" for code, sql in exclusions().items()),
        content=_CONTENT,
        sent=_SENT,
        room=_ROOM,
        quiet=_QUIET,
    )
    return sql, {**params, **_world(_hashes(candidates_sql, params) if hashes is None else hashes, now, quiet)}


def _world(hashes: Sequence[str], now: datetime, quiet: quiet_hours.Quiet | None) -> dict[str, Any]:
    sheets = in_force.sheets_in_force(now)
    quiet = quiet or quiet_hours.quiet(now, sheets.hours)
    return {
        "policy_now": now,
        "policy_erased": ERASED,
        "policy_approved": sorted(approved_of(hashes, now)),
        "policy_cap": current_organization().marketing_cap,
        "policy_since": now - timedelta(days=current_organization().marketing_cap_days),
        "policy_left": ["claimed", *LEFT],
        "policy_zones": json.dumps(quiet.zones),
        "policy_countries": json.dumps(quiet.countries),
        "policy_prefixes": json.dumps(quiet.prefixes),
        "policy_house": quiet.house,
        "policy_areas": json.dumps(quiet.areas),
        "policy_places": json.dumps(quiet.places),
        "policy_groups": json.dumps(quiet.groups),
        "policy_ruled": json.dumps(quiet.ruled),
        "policy_states": json.dumps(sheets.hours.states),
        "policy_express": json.dumps(sheets.express),
    }


def _hashes(candidates_sql: str, params: Mapping[str, Any]) -> list[str]:
    """The words about which somebody must be asked."""
    with connection.cursor() as cursor:
        cursor.execute(_SURVEY.format(candidates=candidates_sql), dict(params))
        return [row[0] for row in cursor.fetchall()]
