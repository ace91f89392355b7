"""A person's profiles: the canonical one and those that were merged into it."""

from uuid import UUID

from engagement.profiles.models import Profile
from engagement.statements import rows

# Two looks into an index; asked as one condition with OR, each profile there is would be looked at.
_FAMILY = """
WITH head AS (SELECT coalesce(canonical_id, key) AS key FROM profiles_profile WHERE key = %(profile)s)
SELECT key FROM (
    SELECT key, 0 AS place FROM head
    UNION ALL
    SELECT merged.key, 1 FROM profiles_profile merged JOIN head ON merged.canonical_id = head.key
) AS family
ORDER BY place, key
"""


def family_of(profile_id: UUID) -> list[UUID]:
    """Return the keys of every profile of the person, the canonical one first. One query.

    Raises Profile.DoesNotExist.
    """
    found = [row[0] for row in rows(_FAMILY, {"profile": profile_id})]
    if not found:
        raise Profile.DoesNotExist(str(profile_id))
    return found


def lock_family(profile_id: UUID) -> list[UUID]:
    """Like ``family_of``, with the canonical profile locked against other changes of the person until the
    transaction ends. Raises Profile.DoesNotExist.
    """
    while True:
        canonical = family_of(profile_id)[0]
        person = Profile.objects.select_for_update(no_key=True).only("key", "erased_at").get(key=canonical)
        if person.erased_at is not None:
            raise Profile.DoesNotExist(str(profile_id))  # only a shell is left, and nothing may be added to it
        family = family_of(profile_id)  # it may have been merged while we waited
        if family[0] == canonical:
            return family
