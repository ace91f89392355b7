"""Find the profile of an address, or make it: correct however many ask at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from engagement.events.catalogue import IdentityChanged, ProfileCreated
from engagement.events.outbox import publish_all
from engagement.keys import new_key
from engagement.profiles.addresses import checked_scope, cleaned_address, normalised
from engagement.profiles.aliases import alias_of
from engagement.profiles.models import Identity, Profile
from engagement.profiles.names import MAX_NAME, clean_name
from engagement.realtime.topics import poke
from engagement.statements import joined, rows

_ROUNDS = 4  # who loses a race finds the winner in the next round


@dataclass(frozen=True, slots=True)
class Met:
    """Someone whose profile is wanted: an address as given, and what came with it."""

    address: str
    name: str = ""
    language: str = ""


def resolve(*, kind: str, address: str, now: datetime, scope: str = "", name: str = "", language: str = "") -> Identity:
    """Return the open identity of an address, made when there is none: for whoever has the number or mailbox under
    another spelling, else together with a new profile. A closed one is never used again, so its address makes a
    profile of its own.

    Of any number of parallel calls exactly one makes the profile: the unique constraints decide, over addresses and
    over what their spellings share. ``name`` and ``language`` fill what is empty, never overwrite. Raises
    InvalidAddress.
    """
    scope, norm = checked_scope(kind, scope), normalised(kind, address)
    found = _open(kind, scope, [norm]).get(norm)
    if found is None:
        with transaction.atomic(savepoint=False):
            found = _make(kind, scope, {norm: Met(address, name, language)}, now)[norm]
    _fill(found.profile, name=name, language=language)
    return found


def resolve_all(*, kind: str, met: Sequence[Met], now: datetime, scope: str = "") -> dict[str, Identity]:
    """Like ``resolve`` for many at once, in a few statements: the open identities by normalised address.

    Call it in a transaction. Raises InvalidAddress.
    """
    scope = checked_scope(kind, scope)
    wanted = {normalised(kind, one.address): one for one in met}
    found = _open(kind, scope, list(wanted))
    missing = {norm: one for norm, one in wanted.items() if norm not in found}
    if missing:
        found |= _make(kind, scope, missing, now)
    for norm, one in wanted.items():
        _fill(found[norm].profile, name=one.name, language=one.language)
    return found


@dataclass(frozen=True, slots=True)
class _New:
    norm: str
    alias: str
    met: Met
    key: UUID
    profile: UUID


def _make(kind: str, scope: str, missing: Mapping[str, Met], now: datetime) -> dict[str, Identity]:
    """Insert what nobody else has inserted, and return what is open then.

    Whoever comes at once takes the rows in one order, that of what spellings share, so that none waits for the other.
    """
    waiting = [_New(norm, alias_of(kind, norm), met, new_key(), new_key()) for norm, met in missing.items()]
    waiting.sort(key=lambda one: (one.alias, one.norm))
    found: dict[str, Identity] = {}
    made: set[UUID] = set()
    led: set[UUID] = set()
    for _round in range(_ROUNDS):
        spelt = [one for one in waiting if one.alias]
        followed = _insert(_FOLLOW, kind, scope, spelt, now)
        leading = _insert(_LEAD, kind, scope, _leaders([one for one in waiting if one.key not in followed]), now)
        left = [one for one in spelt if one.key not in followed | leading]  # others of theirs, or somebody was first
        led |= followed | _insert(_FOLLOW, kind, scope, left, now)
        made |= leading
        found |= _open(kind, scope, [one.norm for one in waiting])
        waiting = [one for one in waiting if one.norm not in found]
        if not waiting:
            _tell(found.values(), made, led, now)
            return found
    raise Identity.DoesNotExist(f"{kind} {waiting[0].norm} was closed while it was being resolved")


def _leaders(waiting: Sequence[_New]) -> list[_New]:
    """One for each number or mailbox: its other spellings follow."""
    return list({one.alias or one.norm: one for one in reversed(waiting)}.values())[::-1]


_GIVEN = """
WITH given AS (
    SELECT * FROM unnest(%(keys)s::uuid[], %(profiles)s::uuid[], %(addresses)s::text[], %(norms)s::text[],
        %(aliases)s::text[], %(names)s::text[], %(languages)s::text[], %(places)s::int[])
        AS given (key, profile_id, address, norm, alias, name, language, place)
)"""
_COLUMNS = (
    "key, profile_id, home_id, kind, scope, address, address_norm, alias, leads, preferred, valid_from, verified_at,"
    " valid_to"
)
# The leader stays what it is until this is committed: who closes it waits, and closes what followed as well.
_FOLLOW = f"""{_GIVEN}, led AS (
    SELECT given.*, leader.profile_id AS whose, leader.home_id AS home FROM given
    JOIN profiles_identity leader ON leader.alias = given.alias AND leader.leads AND leader.valid_to IS NULL
    ORDER BY given.place FOR SHARE OF leader
)
INSERT INTO profiles_identity ({_COLUMNS})
SELECT key, whose, home, %(kind)s, %(scope)s, address, norm, alias, false, false, %(now)s, NULL, NULL
FROM led ORDER BY place
ON CONFLICT DO NOTHING RETURNING key
"""  # noqa: S608 - names only
# Identities first: only those that win at the unique constraints get a profile (the commit checks the foreign key).
_LEAD = f"""{_GIVEN}, made AS (
    INSERT INTO profiles_identity ({_COLUMNS})
    SELECT key, profile_id, NULL, %(kind)s, %(scope)s, address, norm, alias, alias <> '', false, %(now)s, NULL, NULL
    FROM given ORDER BY place
    ON CONFLICT DO NOTHING RETURNING key
), people AS (
    INSERT INTO profiles_profile (key, name, language, time_zone, country, place, created_at)
    SELECT profile_id, name, language, '', '', '', %(now)s FROM given WHERE key IN (SELECT key FROM made)
)
SELECT key FROM made
"""  # noqa: S608 - names only


def _insert(statement: str, kind: str, scope: str, new: Sequence[_New], now: datetime) -> set[UUID]:
    """Run one of the two; return the keys of the identities that were inserted."""
    if not new:
        return set()
    values: dict[str, Any] = {
        "kind": kind,
        "scope": scope,
        "now": now,
        "keys": [one.key for one in new],
        "profiles": [one.profile for one in new],
        "addresses": [cleaned_address(kind, one.met.address)[:400] for one in new],
        "norms": [one.norm for one in new],
        "aliases": [one.alias for one in new],
        "names": [clean_name(one.met.name)[:MAX_NAME] for one in new],
        "languages": [one.met.language[:10] for one in new],
        "places": list(range(len(new))),
    }
    return {row[0] for row in rows(statement, values)}


_OPEN = """
FROM profiles_identity JOIN profiles_profile ON profiles_profile.key = profiles_identity.profile_id
WHERE profiles_identity.kind = %(kind)s AND profiles_identity.scope = %(scope)s
    AND profiles_identity.address_norm = ANY(%(norms)s::text[]) AND profiles_identity.valid_to IS NULL
ORDER BY profiles_identity.key
"""


def _open(kind: str, scope: str, norms: list[str]) -> dict[str, Identity]:
    found = {}
    for identity, profile in joined((Identity, Profile), _OPEN, {"kind": kind, "scope": scope, "norms": norms}):
        identity.profile = profile
        found[identity.address_norm] = identity
    return found


def _tell(found: Iterable[Identity], made: set[UUID], led: set[UUID], now: datetime) -> None:
    """Publish who was met, and which further spelling of somebody's number or mailbox was."""
    events: list[ProfileCreated | IdentityChanged] = []
    for one in found:
        if one.key in made:
            events.append(ProfileCreated(profile_id=one.profile_id, identity_id=one.key, at=now))
        elif one.key in led:
            events.append(
                IdentityChanged(
                    profile_id=one.profile_id,
                    identity_id=one.key,
                    kind=one.kind,
                    change="spelling",
                    actor_id=None,
                    at=now,
                )
            )
            poke(f"profile:{one.profile.canonical_id or one.profile_id}")
    if events:
        publish_all(events, now=now)


def _fill(profile: Profile, *, name: str, language: str) -> None:
    missing = {
        field: value[:MAX_NAME]
        for field, value in {"name": clean_name(name), "language": language}.items()
        if value and not getattr(profile, field)
    }
    if missing:
        Profile.objects.filter(pk=profile.pk, **dict.fromkeys(missing, "")).update(**missing)
        for field, value in missing.items():
            setattr(profile, field, value)
