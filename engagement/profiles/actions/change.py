"""Change what we know of a person, and look at what is sensitive."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import transaction

from engagement.events.catalogue import ProfileChanged
from engagement.events.outbox import publish
from engagement.profiles.attributes import in_words
from engagement.profiles.family import family_of
from engagement.profiles.models import AttributeDefinition, Profile
from engagement.profiles.names import MAX_NAME, clean_name
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User


class Keep(Enum):
    """Of a fact that may be nobody: leave it as it is."""

    KEEP = "keep"


KEEP = Keep.KEEP


@dataclass(frozen=True, slots=True)
class Facts:
    """What to change; None leaves as it is. Of ``attributes`` a value of None forgets the attribute.

    ``owner_id``: whose customer they are; None is nobody's, KEEP leaves it.
    """

    name: str | None = None
    language: str | None = None
    time_zone: str | None = None
    country: str | None = None
    place: str | None = None
    lifecycle: str | None = None
    tags: list[str] | None = None
    owner_id: UUID | Keep | None = KEEP
    attributes: dict[str, Any] = field(default_factory=dict)


_PLAIN = ("name", "language", "time_zone", "country", "place", "lifecycle", "tags")


def change(*, profile_id: UUID, facts: Facts, actor: User | None, now: datetime, origin: Origin = NOWHERE) -> Profile:
    """Change what is known of the person, on their canonical profile; other attributes stay as they are.

    The audit trail keeps which facts changed, not what they were. Safe to repeat: what is so already is no change.
    Raises Profile.DoesNotExist.
    """
    with transaction.atomic():
        profile = Profile.objects.select_for_update(no_key=True).get(pk=family_of(profile_id)[0], erased_at=None)
        if facts.name is not None:
            facts = replace(facts, name=clean_name(facts.name)[:MAX_NAME])
        changed = [name for name in _PLAIN if getattr(facts, name) not in (None, getattr(profile, name))]
        for name in changed:
            setattr(profile, name, getattr(facts, name))
        if not isinstance(facts.owner_id, Keep) and facts.owner_id != profile.owner_id:
            profile.owner_id = facts.owner_id
            changed.append("owner")
        known = {**profile.attributes, **facts.attributes}
        known = {slug: value for slug, value in known.items() if value is not None}
        named = sorted(slug for slug in facts.attributes if known.get(slug) != profile.attributes.get(slug))
        if not changed and not named:
            return profile
        profile.attributes = known
        since = profile.attributes_at | dict.fromkeys(named, now.isoformat())
        profile.attributes_at = {slug: at for slug, at in since.items() if slug in known}
        profile.save(update_fields=[*changed, "attributes", "attributes_at"])
        fields = [*changed, *(f"attributes.{slug}" for slug in named)]
        actor_id = actor.pk if actor else None
        publish(ProfileChanged(profile_id=profile.key, fields=fields, actor_id=actor_id, at=now), now=now)
        record(
            actor=actor, action="profile.changed", subject=profile, now=now, detail={"fields": fields}, origin=origin
        )
        poke(f"profile:{profile.key}")
    return profile


def uncover(
    *, profile: Profile, definition: AttributeDefinition, actor: User, now: datetime, origin: Origin = NOWHERE
) -> str:
    """Return a sensitive attribute in words; that it was looked at is committed to the audit trail before."""
    record(
        actor=actor,
        action="profile.attribute_uncovered",
        subject=profile,
        now=now,
        detail={"attribute": definition.slug},
        origin=origin,
    )
    value = profile.attributes.get(definition.slug)
    return "" if value is None else in_words(definition, value)
