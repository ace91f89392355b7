"""Take apart again what was put together: two people after all."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from engagement.events.catalogue import MergeUndone
from engagement.events.outbox import publish
from engagement.profiles.actions.merge import MergeRefused
from engagement.profiles.family import family_of, lock_family
from engagement.profiles.merging import agreed, ledger
from engagement.profiles.merging.forest import below
from engagement.profiles.merging.settling import Settled, settle
from engagement.profiles.merging.times import OWN, settle_times
from engagement.profiles.models import Identity, Merge, MergeProposal, Profile
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User


@dataclass(frozen=True, slots=True)
class Undone:
    """A merge that is undone. ``by_hand``: the facts that stay as somebody changed them meanwhile."""

    merge: Merge
    by_hand: Sequence[str] = ()


def undo(*, merge_id: UUID, actor: User | None, now: datetime, origin: Origin = NOWHERE) -> Undone:
    """Make two people of one again, in whatever order merges are undone.

    Every row goes back with the profile that it was written for, identities with the one that they were of. The facts
    of the one that was kept become what they would be without the merge; what was changed by hand since stays. Times
    of contact become those of each side's own, and so do consents by the ledger: what was agreed to at an address
    leaves with it. The pair is not proposed again. Safe to repeat. Raises MergeRefused, Merge.DoesNotExist.
    """
    with transaction.atomic():
        row = Merge.objects.get(pk=merge_id)
        family = lock_family(row.kept_id)
        row = Merge.objects.select_for_update(of=("self",)).select_related("kept", "merged").get(pk=merge_id)
        if row.undone_at is not None:
            return Undone(row)
        if row.merged.erased_at:
            raise MergeRefused(_("They were erased: there is nothing left to take apart."))
        standing = list(Merge.objects.standing().filter(kept__in=family).order_by("key"))
        row.undone_by, row.undone_at = actor, max(now, row.at)
        row.save(update_fields=["undone_by", "undone_at"])
        settled, heads = _without(row, standing)
        _go_back(row, standing)
        left = [merge for merge in standing if merge.pk != row.pk]
        settle_times([heads[-1], row.merged_id], left)
        by_hand = settled.by_hand = _settle_consents(row, settled, heads, standing)
        _never_again(row, actor, now)
        _tell(row, settled, actor, now, origin)
    return Undone(row, by_hand)


def _without(row: Merge, standing: Sequence[Merge]) -> tuple[Settled, list[UUID]]:
    """Settle the profile that was kept, and whoever it was put into itself, up to the root; return those too."""
    were = [merge for merge in standing if merge.kept_id == row.kept_id]
    are = [merge for merge in were if merge.pk != row.pk]
    first = settle(_row_of(row.kept_id), were=were, are=are, names=_facts_of(row))
    settled, heads = first, [row.kept_id]
    while above := next((merge for merge in standing if merge.merged_id == heads[-1]), None):
        heads.append(above.kept_id)
        if settled.facts or settled.tags[0] != settled.tags[1]:
            names = _offer_anew(above, settled)
            those = [above if merge.pk == above.pk else merge for merge in standing if merge.kept_id == above.kept_id]
            settled = settle(_row_of(above.kept_id), were=those, are=those, names=names)
    return first, heads


def _facts_of(row: Merge) -> list[str]:
    """What is played over again; times and consents of each are kept apart."""
    return [name for name in row.facts if name not in OWN and not agreed.is_consent(name)]


def _settle_consents(row: Merge, settled: Settled, heads: Sequence[UUID], standing: Sequence[Merge]) -> list[str]:
    """What was agreed to meanwhile is theirs by whose address it was; return the names that stay as they were left."""
    left = [merge for merge in standing if merge.pk != row.pk]
    known = {name for name in row.offered if agreed.is_consent(name)}
    for name in sorted(known | ledger.given_since(below(row.merged_id, left), row.at)):
        for head in (row.merged_id, *heads):
            ledger.settle_state(head, name, were=standing, are=left)
    return [*settled.by_hand, *sorted(ledger.said_since(row.kept_id, row.at) & set(row.facts))]


def _row_of(key: UUID) -> Profile:
    return Profile.objects.select_for_update(no_key=True, of=("self",)).get(pk=key)


def _offer_anew(above: Merge, settled: Settled) -> Collection[str]:
    """Let the merge above bring what is known below it now; return the names of what it brings otherwise."""
    names = [name for name, (before, _after) in settled.facts.items() if above.offered.get(name) == before]
    for name in names:
        after = settled.facts[name][1]
        if after is None:
            above.offered.pop(name, None)
        else:
            above.offered[name] = after
    above.tags = settled.tags[1]
    return names


def _go_back(row: Merge, standing: Sequence[Merge]) -> None:
    """Give the person that leaves their profiles and identities back."""
    going = below(row.merged_id, [merge for merge in standing if merge.pk != row.pk])
    Profile.objects.filter(pk=row.merged_id).update(canonical=None)
    Profile.objects.filter(pk__in=going - {row.merged_id}).update(canonical=row.merged_id)
    theirs = Identity.objects.annotate(of=Coalesce(F("home_id"), F("profile_id"))).filter(of__in=going)
    theirs.filter(Q(home__in=going)).update(profile=row.merged_id)
    Identity.objects.filter(home=row.merged_id, profile=row.merged_id).update(home=None)
    _prefer_again(row, [merge for merge in standing if merge.pk != row.pk and merge.kept_id not in going])


def _prefer_again(row: Merge, others: Sequence[Merge]) -> None:
    """What gave way in this merge, or in one above it, is preferred again where it went back to."""
    given_way = [row, *others]
    keys = {key for merge in given_way for key in merge.unpreferred}
    theirs = Identity.objects.filter(key__in=keys, profile=row.merged_id, valid_to=None)
    taken = Identity.objects.filter(profile=row.merged_id, preferred=True, valid_to=None).values("kind")
    back = {str(key) for key in theirs.exclude(kind__in=taken).values_list("key", flat=True)}
    Identity.objects.filter(key__in=back).update(preferred=True)
    for merge in given_way:
        merge.unpreferred = [key for key in merge.unpreferred if key not in back]
    Merge.objects.bulk_update(given_way, ["unpreferred"])


def _never_again(row: Merge, actor: User | None, now: datetime) -> None:
    low, high = sorted([row.kept_id, row.merged_id])
    MergeProposal.objects.update_or_create(
        low_id=low,
        high_id=high,
        defaults={"state": MergeProposal.State.DIFFERENT, "decided_by": actor, "decided_at": now},
        create_defaults={
            "state": MergeProposal.State.DIFFERENT,
            "decided_by": actor,
            "decided_at": now,
            "confidence": 1,
            "at": now,
        },
    )


def _tell(row: Merge, settled: Settled, actor: User | None, now: datetime, origin: Origin) -> None:
    fields = sorted(settled.facts)
    publish(
        MergeUndone(
            merge_id=row.key,
            kept_id=row.kept_id,
            merged_id=row.merged_id,
            fields=fields,
            actor_id=actor.pk if actor else None,
            at=now,
        ),
        now=now,
    )
    detail = {"merge": str(row.key), "merged": str(row.merged_id), "fields": fields, "by_hand": settled.by_hand}
    record(actor=actor, action="profile.merge_undone", subject=row.kept, now=now, detail=detail, origin=origin)
    poke(f"profile:{family_of(row.kept_id)[0]}", f"profile:{row.merged_id}")
