"""What a profile knows is what it knew by itself, and what each standing merge into it brought, in their order.

Taking a merge away, or changing what one brings, is therefore playing the others again over what was there before the
first. What somebody changed by hand in between stays as they left it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from engagement.profiles.merging.known import taken_over, values_of, write
from engagement.profiles.models import Merge, Profile

_WRITTEN = ["offered", "chosen", "facts", "tags", "tags_added"]


@dataclass(slots=True)
class Settled:
    """What changed on a profile: {name: (before, after)}, and its tags; ``by_hand``: what stays as somebody left it."""

    facts: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    tags: tuple[list[str], list[str]] = ([], [])
    by_hand: list[str] = field(default_factory=list)


def settle(profile: Profile, *, were: Sequence[Merge], are: Sequence[Merge], names: Collection[str]) -> Settled:
    """Bring ``names`` and the tags of a locked profile to what it knows with the merges that ``are`` into it now.

    ``were``: those by which it came to what it knows, in order. Saves the profile and the merges.
    """
    now = values_of(profile)
    base, by_hand = _before_all(now, were, names)
    for name in by_hand:
        for merge in were:
            merge.offered.pop(name, None)
            merge.chosen = [one for one in merge.chosen if one != name]
    values = dict(base)
    for merge in are:
        changed = taken_over(values, merge.offered, merge.chosen, names, merge.at)
        values.update({name: after for name, (_before, after) in changed.items()})
        merge.facts = {name: each for name, each in merge.facts.items() if name not in names} | changed
    facts = {name: (now.get(name), values.get(name)) for name in names if now.get(name) != values.get(name)}
    tags = (profile.tags, _tags(profile.tags, were, are))
    profile.tags = tags[1]
    write(profile, {name: after for name, (_before, after) in facts.items()})
    Merge.objects.bulk_update(are, _WRITTEN)
    return Settled(facts, tags, by_hand)


def _before_all(now: dict[str, Any], were: Sequence[Merge], names: Collection[str]) -> tuple[dict[str, Any], list[str]]:
    """What was known before the first merge, and the names that were changed by hand since the last."""
    base, by_hand = dict(now), []
    for name in names:
        records = [merge.facts[name] for merge in were if name in merge.facts]
        if records and now.get(name) != records[-1][1]:
            by_hand.append(name)
        elif records:
            base[name] = records[0][0]
    return base, by_hand


def _tags(now: list[str], were: Sequence[Merge], are: Sequence[Merge]) -> list[str]:
    """The tags with the merges that are; what was taken away by hand stays away."""
    added = {tag for merge in were for tag in merge.tags_added}
    held = set(now) - added
    away = added - set(now)
    for merge in are:
        merge.tags_added = sorted(set(merge.tags) - held - away)
        held.update(merge.tags_added)
    return sorted(held)
