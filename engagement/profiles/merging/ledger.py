"""What a profile itself said, by the ledger of consents: for whoever is taken apart from somebody else.

While two are one, a yes is written for the profile whose address it is about, and holds for the person as a whole; a
withdrawal holds for every profile. Taken apart, each has what was said by itself, and what still stands below it.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from engagement.profiles.merging import agreed
from engagement.profiles.merging.agreed import State
from engagement.profiles.models import Consent, Merge


def given_since(profiles: Collection[UUID], at: datetime) -> set[str]:
    """Return the names of consents that were given for these very profiles after a moment."""
    lines = Consent.objects.filter(profile_id__in=profiles, at__gte=at, granted=True)
    return {agreed.name_of(*each) for each in lines.values_list("channel", "purpose")}


def said_since(profile_id: UUID, at: datetime) -> set[str]:
    """Return the names of what holds for a profile by what was said for it after a moment, yes or no."""
    lines = list(Consent.objects.filter(profile_id=profile_id, at__gte=at).values_list("channel", "purpose"))
    names = agreed.states_of([profile_id])[profile_id]
    about = {(channel, purpose) for name in names for channel, purpose in [agreed.parts_of(name)]}
    said = {each for each in about if each in lines or ("", each[1]) in lines}
    return {agreed.name_of(*each) for each in said}


def settle_state(head: UUID, name: str, *, were: Collection[Merge], are: Collection[Merge]) -> None:
    """Make hold for a profile what it said itself; what whoever was put into it after that said where it is stricter.

    ``were``: the merges that stood so far, ``are``: those that stand now. Nothing is written where it holds already.
    """
    held = _held(head, name, were, are)
    if held != agreed.states_of([head])[head].get(name):
        agreed.write(head, name, held)


def _held(head: UUID, name: str, were: Collection[Merge], are: Collection[Merge]) -> State:
    said = held = _said(head, name, were)
    for merge in sorted((merge for merge in are if merge.kept_id == head), key=lambda merge: merge.key):
        if said is None or datetime.fromisoformat(said["since"]) < merge.at:
            brought = agreed.stricter(held, _held(merge.merged_id, name, were, are))
            if brought != held and brought is not None and not brought["granted"]:
                brought = {**brought, "since": merge.at.isoformat()}  # before, we wrote to somebody who had agreed
            held = brought
    return held


def _said(profile_id: UUID, name: str, were: Collection[Merge]) -> State:
    """The last word of a profile itself about a channel and a purpose, or for whoever it was read through; None:
    nothing was said.
    """
    channel, purpose = agreed.parts_of(name)
    whose = Q(profile_id=profile_id)
    for root, since in _read_through(profile_id, were):
        whose |= Q(profile_id=root, granted=False, at__gte=since)
    about = Consent.objects.filter(whose, Q(channel=channel) | Q(channel=""), purpose=purpose)
    line = about.order_by("-at", "-key").first()
    if line is None:
        return None
    held: dict[str, Any] = {"granted": line.granted, "basis": line.basis, "since": line.at.isoformat()}
    return held | {"expires_at": line.expires_at.isoformat() if line.expires_at else None}


def _read_through(profile_id: UUID, were: Collection[Merge]) -> Iterator[tuple[UUID, datetime]]:
    """Whoever stood above a profile, and since when."""
    above = {merge.merged_id: merge for merge in were}
    since = None
    while merge := above.get(profile_id):
        since = max(since or merge.at, merge.at)
        yield merge.kept_id, since
        profile_id = merge.kept_id
