"""Put two profiles of one person together."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from engagement.events.catalogue import ProfilesMerged
from engagement.events.outbox import publish
from engagement.profiles import withdrawals
from engagement.profiles.family import family_of
from engagement.profiles.merging import agreed
from engagement.profiles.merging.known import values_of
from engagement.profiles.merging.settling import settle
from engagement.profiles.merging.times import keep_own
from engagement.profiles.models import Identity, Merge, MergeProposal, Profile
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User


class MergeRefused(ValueError):
    """Two profiles that cannot be put together; the message says why, to whoever asked for it."""


class AlreadyOne(MergeRefused):
    """Somebody put these two together before; ``merge`` is theirs."""

    def __init__(self, merge: Merge | None) -> None:
        by = merge.actor.name if merge and merge.actor else "Vilarejo"
        super().__init__(_("%(name)s put these two together already. Nothing was done again.") % {"name": by})
        self.merge = merge


def merge(
    *,
    kept_id: UUID,
    merged_id: UUID,
    chosen: Collection[str] = (),
    actor: User | None,
    now: datetime,
    origin: Origin = NOWHERE,
) -> Merge:
    """Put the person of ``merged_id`` into the one of ``kept_id``; both must be canonical.

    Rows of every app stay with the profile that they were written for and are read through the one that is kept;
    identities are found there at once. Facts that only one side knows are kept; of what both know, the kept side's,
    but for the names ``chosen`` from the other (``merging.known``). Of consents the stricter holds, and what it
    forbids is stopped in the same transaction. Of two who merge the same pair at once, the second is told.

    Raises AlreadyOne, MergeRefused, Profile.DoesNotExist.
    """
    if kept_id == merged_id:
        raise MergeRefused(_("Choose two different people."))
    with transaction.atomic():
        kept, merged = _locked(kept_id, merged_id)
        keep_own([kept_id, merged_id])
        were = list(Merge.objects.standing().filter(kept=kept).order_by("key"))
        row = Merge(kept=kept, merged=merged, actor=actor, at=now, tags=merged.tags)
        row.offered = values_of(merged)
        row.chosen = [name for name in chosen if name in row.offered]
        row.unpreferred = _one_preferred(kept, merged)
        row.save(force_insert=True)
        settled = settle(kept, were=were, are=[*were, row], names=list(row.offered))
        _read_through(kept, merged)
        _stop_what_is_forbidden(kept, settled.facts, now)
        _decide(kept, merged, actor, now)
        _tell(row, actor, now, origin)
    return row


def _locked(kept_id: UUID, merged_id: UUID) -> tuple[Profile, Profile]:
    """Both profiles, locked in the order of their keys, so that two who lock the same pair do not wait in a circle."""
    pair = Profile.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=[kept_id, merged_id])
    found = {profile.key: profile for profile in pair.order_by("key")}
    for key in (kept_id, merged_id):
        if key not in found:
            raise Profile.DoesNotExist(str(key))
    kept, merged = found[kept_id], found[merged_id]
    if family_of(kept_id)[0] == family_of(merged_id)[0]:
        pairs = Q(merged__in=[kept_id, merged_id])
        raise AlreadyOne(Merge.objects.standing().filter(pairs).select_related("actor").order_by("-key").first())
    for profile in (kept, merged):
        if profile.erased_at:
            raise MergeRefused(_("One of them was erased: nobody is left to put together."))
        if profile.canonical_id:
            raise MergeRefused(
                _("%(name)s was put into another profile meanwhile. Open that one and compare again.")
                % {"name": profile.name or _("One of them")}
            )
    return kept, merged


def _one_preferred(kept: Profile, merged: Profile) -> list[str]:
    """Where both prefer an address of a kind, the kept side's stays; return the keys of those that give way."""
    kinds = Identity.objects.filter(profile=kept, preferred=True, valid_to=None).values("kind")
    giving = Identity.objects.filter(profile=merged, preferred=True, valid_to=None, kind__in=kinds)
    keys = list(giving.values_list("key", flat=True))
    Identity.objects.filter(key__in=keys).update(preferred=False)
    return [str(key) for key in keys]


def _read_through(kept: Profile, merged: Profile) -> None:
    family = Profile.objects.filter(Q(pk=merged.pk) | Q(canonical=merged.pk))
    family.update(canonical=kept)
    Identity.objects.filter(profile=merged).update(home=Coalesce(F("home_id"), F("profile_id")), profile=kept)


def _stop_what_is_forbidden(kept: Profile, facts: dict[str, tuple[object, object]], now: datetime) -> None:
    states = agreed.states_of([kept.key])[kept.key]
    for name in facts:
        if agreed.is_consent(name) and not states[name]["granted"]:
            channel, purpose = agreed.parts_of(name)
            withdrawals.tell(profile_ids=family_of(kept.key), channel=channel, purpose=purpose, now=now)


def _decide(kept: Profile, merged: Profile, actor: User | None, now: datetime) -> None:
    low, high = sorted([kept.key, merged.key])
    MergeProposal.objects.filter(low=low, high=high).update(
        state=MergeProposal.State.MERGED, decided_by=actor, decided_at=now
    )


def _tell(row: Merge, actor: User | None, now: datetime, origin: Origin) -> None:
    publish(
        ProfilesMerged(
            merge_id=row.key,
            kept_id=row.kept_id,
            merged_id=row.merged_id,
            fields=sorted(row.facts),
            actor_id=actor.pk if actor else None,
            at=now,
        ),
        now=now,
    )
    detail = {"merge": str(row.key), "merged": str(row.merged_id), "fields": sorted(row.facts)}
    record(actor=actor, action="profile.merged", subject=row.kept, now=now, detail=detail, origin=origin)
    poke(f"profile:{row.kept_id}", f"profile:{row.merged_id}")
