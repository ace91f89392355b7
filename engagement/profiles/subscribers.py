"""Keeps when a person was last heard of, and looks for others like them when more is known."""

from engagement import statements
from engagement.events.catalogue import MessageReceived, ProfileChanged
from engagement.events.subscriptions import subscribe
from engagement.profiles.actions.propose import propose_around
from engagement.profiles.models import Profile
from engagement.profiles.rights.returning import let_answer

_HEARD = """
UPDATE profiles_profile heard SET last_heard_at = %(at)s
FROM (SELECT key, last_heard_at FROM profiles_profile WHERE key = ANY(%(profiles)s)) AS before
WHERE heard.key = before.key AND (before.last_heard_at IS NULL OR before.last_heard_at < %(at)s)
RETURNING before.last_heard_at IS NULL
"""


@subscribe(MessageReceived)
def remember_when_heard(event: MessageReceived) -> None:
    """Move ``last_heard_at`` forwards; what a robot wrote does not count."""
    if not event.auto:
        profiles = sorted({event.profile_id, event.written_for})
        heard = statements.run(_HEARD, {"profiles": profiles, "at": event.received_at})
        if any(is_first for (is_first,) in heard):
            let_answer(kind=event.sender.kind, address=event.sender.address, now=event.received_at)


@subscribe(ProfileChanged)
def look_for_the_same_person(event: ProfileChanged) -> None:
    """Compare who was changed by hand with who is near them."""
    profile = Profile.objects.canonical().filter(pk=event.profile_id).first()
    if profile is not None:
        propose_around(profile_ids=[profile.pk], now=event.at)
