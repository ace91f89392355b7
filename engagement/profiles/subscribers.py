"""Keeps when a person was last heard of, and looks for others like them when more is known."""

from django.db.models import Q

from engagement.events.catalogue import MessageReceived, ProfileChanged
from engagement.events.subscriptions import subscribe
from engagement.profiles.actions.propose import propose_around
from engagement.profiles.models import Profile


@subscribe(MessageReceived)
def remember_when_heard(event: MessageReceived) -> None:
    """Move ``last_heard_at`` forwards; what a robot wrote does not count."""
    if not event.auto:
        earlier = Q(last_heard_at=None) | Q(last_heard_at__lt=event.received_at)
        Profile.objects.filter(earlier, pk__in=[event.profile_id, event.written_for]).update(
            last_heard_at=event.received_at
        )


@subscribe(ProfileChanged)
def look_for_the_same_person(event: ProfileChanged) -> None:
    """Compare who was changed by hand with who is near them."""
    profile = Profile.objects.canonical().filter(pk=event.profile_id).first()
    if profile is not None:
        propose_around(profile_ids=[profile.pk], now=event.at)
