"""Keeps when a person was last heard of."""

from django.db.models import Q

from engagement.events.catalogue import MessageReceived
from engagement.events.subscriptions import subscribe
from engagement.profiles.models import Profile


@subscribe(MessageReceived)
def remember_when_heard(event: MessageReceived) -> None:
    """Move ``last_heard_at`` forwards; what a robot wrote does not count."""
    if not event.auto:
        earlier = Q(last_heard_at=None) | Q(last_heard_at__lt=event.received_at)
        Profile.objects.filter(earlier, pk__in=[event.profile_id, event.written_for]).update(
            last_heard_at=event.received_at
        )
