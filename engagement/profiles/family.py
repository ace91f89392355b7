"""A person's profiles: the canonical one and those that were merged into it."""

from uuid import UUID

from django.db.models import Q

from engagement.profiles.models import Profile


def family_of(profile_id: UUID) -> list[UUID]:
    """Return the keys of every profile of the person, the canonical one first. One query.

    Raises Profile.DoesNotExist.
    """
    canonical = Q(key=profile_id, canonical=None) | Q(merged__key=profile_id)
    heads = Profile.objects.filter(canonical).values("key")
    rows = Profile.objects.filter(Q(key__in=heads) | Q(canonical__in=heads)).values_list("key", "canonical_id")
    found = sorted(rows, key=lambda row: (row[1] is not None, row[0]))
    if not found:
        raise Profile.DoesNotExist(str(profile_id))
    return [key for key, _canonical in found]


def lock_family(profile_id: UUID) -> list[UUID]:
    """Like ``family_of``, with the canonical profile locked against other changes of the person until the
    transaction ends. Raises Profile.DoesNotExist.
    """
    while True:
        canonical = family_of(profile_id)[0]
        Profile.objects.select_for_update(no_key=True).only("key").get(key=canonical)
        family = family_of(profile_id)  # it may have been merged while we waited
        if family[0] == canonical:
            return family
