"""Keeps when a person was last heard of, and looks for others like them when more is known."""

from engagement.events.catalogue import MessageReceived, ProfileChanged
from engagement.events.subscriptions import subscribe
from engagement.profiles.actions.propose import propose_around
from engagement.profiles.merging import times
from engagement.profiles.models import Profile
from engagement.profiles.rights.returning import let_answer


@subscribe(MessageReceived)
def remember_when_heard(event: MessageReceived) -> None:
    """Move ``last_heard_at`` forwards; what a robot wrote does not count."""
    if not event.auto and times.move("last_heard_at", profile_id=event.written_for, at=event.received_at):
        let_answer(kind=event.sender.kind, address=event.sender.address, now=event.received_at)


@subscribe(ProfileChanged)
def look_for_the_same_person(event: ProfileChanged) -> None:
    """Compare who was changed by hand with who is near them."""
    profile = Profile.objects.canonical().filter(pk=event.profile_id).first()
    if profile is not None:
        propose_around(profile_ids=[profile.pk], now=event.at)
