"""That a person has seen their news."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from collaboration.models import Notification
from engagement.realtime.topics import poke
from engagement.village.models import User


@transaction.atomic
def see(*, person: User, key: UUID, now: datetime) -> int:
    """Mark one piece of news as seen; return 1 when it was not yet. What was seen is not sent by e-mail any more."""
    return _mark(person, now, pk=key)


@transaction.atomic
def see_all(*, person: User, now: datetime) -> int:
    """Mark everything as seen; return how many were not yet."""
    return _mark(person, now)


@transaction.atomic
def see_about(*, person: User, url: str, now: datetime) -> int:
    """Mark what leads to ``url`` as seen, because the person is there; return how many were not yet."""
    return _mark(person, now, url=url)


def _mark(person: User, now: datetime, **which: object) -> int:
    seen = Notification.objects.filter(person=person, seen_at=None, **which).update(seen_at=now)
    if seen:
        poke(f"user:{person.pk}")
    return seen
