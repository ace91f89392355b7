"""Somebody takes it on to coordinate what is done for a customer."""

from datetime import datetime

from django.db import transaction

from collaboration.models import Coordination
from engagement.profiles.models import Profile
from engagement.realtime.topics import poke
from engagement.village.models import User


@transaction.atomic
def coordinate(*, profile: Profile, person: User, now: datetime) -> Coordination:
    """Let ``person`` coordinate from now on; whoever did before is relieved. Safe to repeat."""
    locked = Profile.objects.select_for_update(of=("self",)).get(pk=profile.canonical_id or profile.pk)
    current = Coordination.objects.filter(profile=locked, until=None).first()
    if current is not None and current.person_id == person.pk:
        return current
    if current is not None:
        current.until = now
        current.save(update_fields=["until"])
        poke(f"user:{current.person_id}")
    poke(f"user:{person.pk}")
    return Coordination.objects.create(profile=locked, person=person, since=now)


@transaction.atomic
def end_coordination(*, coordination: Coordination, now: datetime) -> Coordination:
    """Let nobody coordinate from now on. Safe to repeat."""
    current = Coordination.objects.select_for_update(of=("self",)).get(pk=coordination.pk)
    if current.until is None:
        current.until = now
        current.save(update_fields=["until"])
        poke(f"user:{current.person_id}")
    return current
