"""What is known of a profile, as a merge compares and remembers it: named values that JSON can hold."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from engagement.profiles.merging import agreed
from engagement.profiles.models import Profile

PLAIN = ("name", "lifecycle", "language", "time_zone", "country", "place")
TIMES = ("created_at", "last_heard_at", "last_written_at")
OWNER = "owner"
_ATTRIBUTE = "attributes."
_ORDER = {name: place for place, name in enumerate((*PLAIN, OWNER, *TIMES))}


def values_of(profile: Profile) -> dict[str, Any]:
    """Return each fact and consent by its name; what is not known is left out. One query."""
    plain = {name: getattr(profile, name) for name in PLAIN}
    times = {name: _text(getattr(profile, name)) for name in TIMES}
    attributes = {f"{_ATTRIBUTE}{slug}": value for slug, value in profile.attributes.items()}
    known = {**plain, OWNER: profile.owner_id and str(profile.owner_id), **times, **attributes}
    facts = {name: value for name, value in known.items() if value not in (None, "")}
    return facts | agreed.states_of([profile.key])[profile.key]


def attribute_of(name: str) -> str:
    """Return the slug of an attribute's name, "" for another fact."""
    return name.removeprefix(_ATTRIBUTE) if name.startswith(_ATTRIBUTE) else ""


def in_order(names: Collection[str]) -> list[str]:
    """Return names as a page shows them: plain facts, attributes, consents."""
    return sorted(names, key=lambda name: (_ORDER.get(name, len(_ORDER)), name))


def taken_over(
    kept: Mapping[str, Any],
    offered: Mapping[str, Any],
    chosen: Collection[str],
    names: Collection[str],
    at: datetime,
) -> dict[str, list[Any]]:
    """Return {name: [before, after]} of what a merge changes among ``names`` on the side that is kept.

    What both know stays as the kept side has it, unless it is ``chosen`` from the other; what only the other knows is
    taken over. Of times the earliest acquaintance and the latest contact, of consents the stricter; a withdrawal that
    is taken over holds from ``at`` on, when the two became one: before, we wrote to somebody who had agreed.
    """
    changed = {}
    for name in in_order(names):
        before, theirs = kept.get(name), offered.get(name)
        after = _after(name, before, theirs, name in chosen)
        if after != before and agreed.is_consent(name) and not after["granted"]:
            after = after | {"since": at.isoformat()}
        if after != before:
            changed[name] = [before, after]
    return changed


def _after(name: str, ours: Any, theirs: Any, is_chosen: bool) -> Any:
    if theirs is None or ours is None:
        return theirs if ours is None else ours
    if agreed.is_consent(name):
        return agreed.stricter(ours, theirs)
    if name in TIMES:
        pick = min if name == "created_at" else max
        return pick((ours, theirs), key=datetime.fromisoformat)
    return theirs if is_chosen else ours


def write(profile: Profile, values: Mapping[str, Any]) -> None:
    """Set facts and consents by their names, and save; None means that it is not known."""
    for name, value in values.items():
        slug = attribute_of(name)
        if agreed.is_consent(name):
            agreed.write(profile.key, name, value)
        elif name in TIMES:
            setattr(profile, name, datetime.fromisoformat(value) if value else None)
        elif name == OWNER:
            profile.owner_id = UUID(value) if value else None
        elif not slug:
            setattr(profile, name, value or "")
        elif value is None:
            profile.attributes.pop(slug, None)
        else:
            profile.attributes[slug] = value
    profile.save(update_fields=[*PLAIN, OWNER, *TIMES, "attributes", "tags"])


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
