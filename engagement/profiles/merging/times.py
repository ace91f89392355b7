"""When a person was last heard of and written to: each profile's own times, and on the canonical one the family's.

A profile's own times move with what is written for it alone, so that taking two apart gives both exactly theirs,
whatever came in while they were one.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from engagement import statements
from engagement.profiles.family import lock_family
from engagement.profiles.merging.forest import below
from engagement.profiles.models import Merge, Profile

OWN = {"last_heard_at": "heard_itself_at", "last_written_at": "written_itself_at"}

# A person of one profile, or the canonical one: a single statement, since every message comes this way.
_ALONE = """
UPDATE profiles_profile moved SET {last} = %(at)s, {own} = greatest(moved.{own}, %(at)s)
FROM (SELECT key, {last} FROM profiles_profile WHERE key = %(profile)s) AS before
WHERE moved.key = before.key AND moved.canonical_id IS NULL AND (moved.{last} IS NULL OR moved.{last} < %(at)s)
RETURNING before.{last} IS NULL
"""
_BOTH = """
UPDATE profiles_profile SET {last} = greatest({last}, %(at)s),
    {own} = CASE WHEN key = %(profile)s THEN greatest({own}, %(at)s) ELSE {own} END
WHERE key = ANY(%(both)s::uuid[])
"""
_STATEMENTS = {last: (_ALONE.format(last=last, own=own), _BOTH.format(last=last, own=own)) for last, own in OWN.items()}


def move(name: str, *, profile_id: UUID, at: datetime) -> bool:
    """Move one of the times (``OWN``) of whom something was written for, and of the canonical profile, forwards.

    Returns whether it is the first time for a person of one profile. Safe to repeat, in any order.
    """
    alone, both = _STATEMENTS[name]
    moved = statements.run(alone, {"profile": profile_id, "at": at})
    if moved:
        return bool(moved[0][0])
    try:
        with transaction.atomic():
            head = lock_family(profile_id)[0]
            statements.run(both, {"profile": profile_id, "both": [head, profile_id], "at": at})
    except Profile.DoesNotExist:  # erased: only a shell is left
        pass
    return False


def keep_own(profiles: Iterable[UUID]) -> None:
    """Before a merge: the times of whoever is one profile so far are its own."""
    alone = Profile.objects.filter(pk__in=list(profiles))
    together = Merge.objects.standing().filter(kept__in=alone.values("pk")).values("kept")
    alone.exclude(pk__in=together).update(**{own: F(last) for last, own in OWN.items()})


def settle_times(heads: Iterable[UUID], standing: Iterable[Merge]) -> None:
    """Bring canonical profiles to the latest of their own times and of those that stand below them."""
    for head in heads:
        own = Profile.objects.filter(pk__in=below(head, standing)).values_list(*OWN.values())
        latest = [max((each for each in times if each), default=None) for times in zip(*own, strict=True)]
        Profile.objects.filter(pk=head).update(**dict(zip(OWN, latest, strict=True)))
