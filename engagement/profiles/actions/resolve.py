"""Find the profile of an address, or make it: correct however many ask at once."""

from datetime import datetime

from django.db import transaction

from engagement.events.catalogue import ProfileCreated
from engagement.events.outbox import publish
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
