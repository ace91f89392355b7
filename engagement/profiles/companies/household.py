"""A household as a whole: relations are written between two, whoever is linked through others lives there too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from engagement.profiles.companies.ties import part, relate
from engagement.profiles.family import family_of
from engagement.profiles.models import Relation
from engagement.statements import rows
from engagement.village.audit import NOWHERE, Origin
from engagement.village.models import User

MOST = 20  # people of one household
_STEPS = 8  # from one to the next

# Each step goes from a person, with every profile of theirs, to whoever is written down beside one of them. UNION keeps
# each person of a step once; the steps end, so that a circle does.
_HOUSEHOLD = """
WITH RECURSIVE home AS (
    SELECT %(head)s::uuid AS key, 0 AS step
    UNION
    SELECT head.key, home.step + 1
    FROM home
    CROSS JOIN LATERAL (
        SELECT home.key UNION ALL SELECT key FROM profiles_profile WHERE canonical_id = home.key
    ) AS theirs (key)
    CROSS JOIN LATERAL (
        SELECT other_id FROM profiles_relation
        WHERE profile_id = theirs.key AND kind = 'household' AND until IS NULL
        UNION ALL
        SELECT profile_id FROM profiles_relation
        WHERE other_id = theirs.key AND kind = 'household' AND until IS NULL
    ) AS beside (key)
    JOIN profiles_profile one ON one.key = beside.key
    JOIN profiles_profile head ON head.key = coalesce(one.canonical_id, one.key)
    WHERE home.step < %(steps)s AND head.erased_at IS NULL
)
SELECT head.key, head.name FROM (
    SELECT key, min(step) AS step FROM home GROUP BY key ORDER BY 2, 1 LIMIT %(most)s
) found JOIN profiles_profile head ON head.key = found.key
WHERE head.key <> %(head)s ORDER BY found.step, engagement_sort_key(head.name), head.key
"""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who lives with the person who is looked at."""

    profile_id: UUID
    name: str


def household_of(head: UUID) -> list[Member]:
    """Return who lives with a canonical person, the nearest first, at most 20 and eight steps away. One query."""
    values = {"head": head, "steps": _STEPS, "most": MOST + 1}
    return [Member(key, name) for key, name in rows(_HOUSEHOLD, values)]


def move_out(
    *, profile_id: UUID, until: date, actor: User | None, now: datetime, origin: Origin = NOWHERE
) -> Sequence[Relation]:
    """A person lives with nobody of their household any more, since ``until``; the others stay together.

    Who was only linked through them is linked to the one whom they knew first. Returns the relations that ended, none
    for who lives alone. Safe to repeat. Raises TieRefused when one began later, Profile.DoesNotExist.
    """
    with transaction.atomic():
        family = family_of(profile_id)
        theirs = Q(profile_id__in=family) | Q(other_id__in=family)
        standing = Relation.objects.filter(theirs, kind=Relation.Kind.HOUSEHOLD, until=None).order_by("key")
        ended = [
            part(relation_id=key, until=until, actor=actor, now=now, origin=origin)
            for key in standing.values_list("pk", flat=True)
        ]
        left = [row.other_id if row.profile_id in family else row.profile_id for row in ended]
        for key in left[1:]:
            first, head = family_of(left[0])[0], family_of(key)[0]
            if head not in {first, *(member.profile_id for member in household_of(first))}:
                by: dict[str, Any] = {"actor": actor, "now": now, "origin": origin}
                relate(profile_id=first, other_id=head, kind=Relation.Kind.HOUSEHOLD, since=until, **by)
    return ended
