"""Members and the person behind them: whoever has two memberships is one person, with one voice."""

from collections.abc import Iterable
from uuid import UUID

from community.models import Member
from engagement.profiles.family import family_of, lock_family
from engagement.statements import rows

# Two looks into an index, as for a person's profiles.
_MEMBERSHIPS = """
WITH head AS (
    SELECT coalesce(profile.canonical_id, profile.key) AS key FROM community_member member
    JOIN profiles_profile profile ON profile.key = member.profile_id WHERE member.key = %(member)s
), family AS (
    SELECT key FROM head
    UNION ALL
    SELECT merged.key FROM profiles_profile merged JOIN head ON merged.canonical_id = head.key
)
SELECT member.key FROM community_member member JOIN family ON family.key = member.profile_id ORDER BY member.key
"""


def one_per_person(members: Iterable[UUID | None]) -> list[UUID]:
    """Return of each person's memberships the first of those that are named, in their order. One query."""
    named = [member for member in dict.fromkeys(members) if member is not None]
    found = Member.objects.filter(pk__in=named).values_list("pk", "profile_id", "profile__canonical_id")
    person = {key: canonical or profile for key, profile, canonical in found}
    first = {person[member]: member for member in reversed(named) if member in person}
    return [member for member in named if member in person and first[person[member]] == member]


def memberships_of(member: Member) -> list[UUID]:
    """Return the keys of all memberships of a member's person, their own among them. One query."""
    return [row[0] for row in rows(_MEMBERSHIPS, {"member": member.pk})]


def lock_memberships(member: Member) -> list[UUID]:
    """Like ``memberships_of``, with the person locked, so that one of their votes is counted after the other.

    Raises Profile.DoesNotExist for somebody who was erased.
    """
    family = lock_family(member.profile_id)
    return list(Member.objects.filter(profile__in=family).order_by("key").values_list("pk", flat=True))


def are_one_person(one: Member, other: Member) -> bool:
    """Say whether two memberships are of one person, as far as we know."""
    return one.pk == other.pk or other.profile_id in family_of(one.profile_id)
