"""Look for profiles that may be one person, propose them, and keep what people say of the pairs."""

import time
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from engagement.leases import hold_lease
from engagement.partitions import first_key
from engagement.profiles.merging.likeness import ENOUGH, Likeness, compare
from engagement.profiles.merging.pairs import Pair, pairs_around, sides_of
from engagement.profiles.models import MergeLook, MergeProposal, Profile
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

State = MergeProposal.State
_AT_ONCE = 50
_SETTLED_AFTER = timedelta(seconds=30)  # keys of a later time may still be committed before that
_NEW = "new profiles"


@transaction.atomic
def propose_around(*, profile_ids: Collection[UUID], now: datetime) -> int:
    """Compare these canonical people with who is near them; return how many pairs stand proposed now.

    A pair that is no longer alike is taken back. What somebody decided of a pair stays. Safe to repeat and to run
    in parallel.
    """
    pairs = pairs_around(profile_ids)
    sides = sides_of({key for pair in pairs for key in pair})
    alike = {
        pair: compare(sides[pair[0]], sides[pair[1]], shared)
        for pair, shared in sorted(pairs.items())
        if pair[0] in sides and pair[1] in sides
    }
    enough = {pair: likeness for pair, likeness in alike.items() if likeness.confidence >= ENOUGH}
    _write(enough, now)
    _take_back([pair for pair in alike if pair not in enough])
    if enough:
        poke(*{f"profile:{key}" for pair in enough for key in pair})
    return len(enough)


def look_at_new(*, now: datetime, seconds: float) -> int:
    """Look at the profiles that were made since the last look, as many as there is time for; return how many.

    One worker at a time does it: another finds nothing to do. How far it came is written down with each group, so that
    a crash repeats one group.
    """
    looked = 0
    with hold_lease("duplicates") as lease:
        begun = time.monotonic()
        while lease.is_held:
            done = _look_at_a_group(now)
            looked += done
            if done < _AT_ONCE or time.monotonic() - begun >= seconds or not lease.acquire():
                break
    return looked


def waiting(*, now: datetime) -> bool:
    """Return whether a whole group of new profiles waits to be looked at."""
    upto = MergeLook.objects.filter(name=_NEW).values_list("upto", flat=True).first() or UUID(int=0)
    return len(_new(upto, now).values_list("pk", flat=True)[:_AT_ONCE]) == _AT_ONCE


@transaction.atomic
def _look_at_a_group(now: datetime) -> int:
    MergeLook.objects.bulk_create([MergeLook(name=_NEW, upto=UUID(int=0), at=now)], ignore_conflicts=True)
    look = MergeLook.objects.select_for_update(skip_locked=True).filter(name=_NEW).first()
    if look is None:
        return 0
    group = list(_new(look.upto or UUID(int=0), now).only("canonical_id", "erased_at")[:_AT_ONCE])
    if group:
        propose_around(profile_ids=[one.pk for one in group if not one.canonical_id and not one.erased_at], now=now)
        look.upto, look.at = group[-1].pk, now
        look.save(update_fields=["upto", "at"])
    return len(group)


def _new(upto: UUID, now: datetime) -> QuerySet[Profile]:
    return Profile.objects.filter(pk__gt=upto, pk__lt=first_key(now - _SETTLED_AFTER)).order_by("pk")


def tell_apart(*, proposal_id: UUID, actor: User, now: datetime, origin: Origin = NOWHERE) -> MergeProposal:
    """Keep that two profiles are not the same person: they are not proposed again. Safe to repeat.

    A pair that was merged meanwhile stays merged. Raises MergeProposal.DoesNotExist.
    """
    with transaction.atomic():
        row = MergeProposal.objects.select_for_update(of=("self",)).select_related("low", "high").get(pk=proposal_id)
        if row.state in (State.DIFFERENT, State.MERGED):
            return row
        row.state, row.decided_by, row.decided_at = State.DIFFERENT, actor, now
        row.save(update_fields=["state", "decided_by", "decided_at"])
        detail = {"other": str(row.high_id), "confidence": row.confidence}
        record(actor=actor, action="profile.told_apart", subject=row.low, now=now, detail=detail, origin=origin)
        poke(f"profile:{row.low_id}", f"profile:{row.high_id}")
    return row


def _write(alike: dict[Pair, Likeness], now: datetime) -> None:
    """Insert, or bring up to date what nobody decided yet. In the order of pairs, so that no two wait in a circle."""
    rows = [
        MergeProposal(low_id=low, high_id=high, confidence=likeness.confidence, reasons=likeness.reasons, at=now)
        for (low, high), likeness in alike.items()
    ]
    MergeProposal.objects.bulk_create(rows, ignore_conflicts=True)
    standing = MergeProposal.objects.select_for_update().filter(
        low__in=[row.low_id for row in rows],
        high__in=[row.high_id for row in rows],
        state__in=[State.OPEN, State.STALE],
    )
    changed = []
    for row in standing.order_by("low_id", "high_id"):
        likeness = alike.get((row.low_id, row.high_id))
        if likeness is not None:
            row.confidence, row.reasons, row.state = likeness.confidence, likeness.reasons, State.OPEN
            changed.append(row)
    MergeProposal.objects.bulk_update(changed, ["confidence", "reasons", "state"])


def _take_back(pairs: Collection[Pair]) -> None:
    """Of very many pairs few stand proposed: those are looked up first."""
    lows, highs = {low for low, _high in pairs}, {high for _low, high in pairs}
    standing = MergeProposal.objects.filter(low__in=lows, high__in=highs, state=State.OPEN).order_by("pk")
    known = set(pairs)
    keys = [key for key, low, high in standing.values_list("pk", "low_id", "high_id") if (low, high) in known]
    MergeProposal.objects.filter(pk__in=keys, state=State.OPEN).update(state=State.STALE)
