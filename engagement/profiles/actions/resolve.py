"""Find the profile of an address, or make it: correct however many ask at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from engagement.events.catalogue import ProfileCreated
from engagement.events.outbox import publish, publish_all
from engagement.keys import new_key
from engagement.profiles.addresses import normalised
from engagement.profiles.models import Identity, Profile


def resolve(*, kind: str, address: str, now: datetime, scope: str = "", name: str = "", language: str = "") -> Identity:
    """Return the open identity of an address, made together with a new profile when there is none.

    Of any number of parallel calls for one address exactly one makes the profile: the unique constraint decides
    (``INSERT … ON CONFLICT DO NOTHING``), and who loses takes back its profile and reads the winner's row.
    ``name`` and ``language`` fill what is empty, never overwrite. Raises InvalidAddress.
    """
    address_norm = normalised(kind, address)
    found = _open(kind, scope, address_norm)
    if found is None:
        found = _make(kind, scope, address, address_norm, name, language, now) or _open(kind, scope, address_norm)
    if found is None:
        raise Identity.DoesNotExist(f"{kind} {address_norm} was closed while it was being resolved")
    _fill(found.profile, name=name, language=language)
    return found


@dataclass(frozen=True, slots=True)
class Met:
    """Someone whose profile is wanted: an address as given, and what came with it."""

    address: str
    name: str = ""
    language: str = ""


# Identities first: only those that win at the unique constraint get a profile (the commit checks the foreign key).
_MAKE_MANY = """
WITH given AS (
    SELECT * FROM unnest(%(keys)s::uuid[], %(profiles)s::uuid[], %(addresses)s::text[], %(norms)s::text[],
        %(names)s::text[], %(languages)s::text[]) AS given (key, profile_id, address, norm, name, language)
), made AS (
    INSERT INTO profiles_identity
        (key, profile_id, kind, scope, address, address_norm, preferred, valid_from, verified_at, valid_to)
    SELECT key, profile_id, %(kind)s, '', address, norm, false, %(now)s, NULL, NULL FROM given ORDER BY norm
    ON CONFLICT DO NOTHING RETURNING key
)
INSERT INTO profiles_profile (key, name, language, time_zone, country, place, created_at)
SELECT profile_id, name, language, '', '', '', %(now)s FROM given WHERE key IN (SELECT key FROM made)
RETURNING key
"""


def resolve_all(*, kind: str, met: Sequence[Met], now: datetime) -> dict[str, Identity]:
    """Like ``resolve`` for many at once, in a few statements: the open identities by normalised address.

    Call it in a transaction. Raises InvalidAddress.
    """
    wanted = {normalised(kind, one.address): one for one in met}
    found = _open_many(kind, list(wanted))
    missing = {norm: one for norm, one in sorted(wanted.items()) if norm not in found}
    if missing:
        made = _make_many(kind, missing, now)
        found |= _open_many(kind, list(missing))
        publish_all(
            [
                ProfileCreated(profile_id=identity.profile_id, identity_id=identity.key, at=now)
                for identity in found.values()
                if identity.profile_id in made
            ],
            now=now,
        )
    for norm, one in wanted.items():
        _fill(found[norm].profile, name=one.name, language=one.language)
    return found


def _open_many(kind: str, norms: list[str]) -> dict[str, Identity]:
    rows = Identity.objects.filter(kind=kind, scope="", address_norm__in=norms, valid_to=None)
    return {row.address_norm: row for row in rows.select_related("profile").order_by("key")}


def _make_many(kind: str, missing: dict[str, Met], now: datetime) -> set[UUID]:
    """Insert what nobody else has inserted; return the keys of the profiles that were made."""
    values: dict[str, Any] = {
        "kind": kind,
        "now": now,
        "keys": [new_key() for _ in missing],
        "profiles": [new_key() for _ in missing],
        "addresses": [one.address[:400] for one in missing.values()],
        "norms": list(missing),
        "names": [one.name[:300] for one in missing.values()],
        "languages": [one.language[:10] for one in missing.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_MANY, values)
        return {row[0] for row in cursor.fetchall()}


def _open(kind: str, scope: str, address_norm: str) -> Identity | None:
    return (
        Identity.objects.filter(kind=kind, scope=scope, address_norm=address_norm, valid_to=None)
        .select_related("profile")
        .first()
    )


def _make(
    kind: str, scope: str, address: str, address_norm: str, name: str, language: str, now: datetime
) -> Identity | None:
    """Insert profile and identity; None (and nothing inserted) when another call was first."""
    with transaction.atomic():
        profile = Profile(name=name[:300], language=language, created_at=now)
        identity = Identity(
            profile=profile, kind=kind, scope=scope, address=address[:400], address_norm=address_norm, valid_from=now
        )
        profile.save(force_insert=True)
        inserted = Identity.objects.bulk_create([identity], ignore_conflicts=True)
        if not Identity.objects.filter(key=inserted[0].key).exists():
            transaction.set_rollback(True)
            return None
        publish(ProfileCreated(profile_id=profile.key, identity_id=identity.key, at=now), now=now)
    return identity


def _fill(profile: Profile, *, name: str, language: str) -> None:
    missing = {
        field: value[:300]
        for field, value in {"name": name, "language": language}.items()
        if value and not getattr(profile, field)
    }
    if missing:
        Profile.objects.filter(pk=profile.pk, **dict.fromkeys(missing, "")).update(**missing)
        for field, value in missing.items():
            setattr(profile, field, value)
