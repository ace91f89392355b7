"""The rail beside a thread: who this is, and what else we have with them."""

from dataclasses import dataclass
from datetime import datetime

from conversations.models import Conversation, Message
from engagement.profiles.models import Identity, Profile
from engagement.village.models import Department, User

OTHERS = 10


@dataclass(frozen=True, slots=True)
class DealtWith:
    """A colleague who answered this person, with their department and when they last did."""

    person: User
    department: Department | None
    answers: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rail shows. ``others`` are the newest other conversations that the reader may open."""

    profile: Profile
    identities: list[Identity]
    others: list[Conversation]
    others_total: int
    dealt_with: list[DealtWith]
    first_at: datetime


def facts(*, conversation: Conversation, user: User) -> Facts:
    """Return the rail's facts; those of other queues only as far as the person may see them."""
    profile = Profile.objects.select_related("canonical").get(pk=conversation.profile_id)
    profile = profile.canonical or profile
    return Facts(
        profile=profile,
        identities=list(Identity.objects.filter(profile=profile, valid_to=None)),
        others=[],
        others_total=0,
        dealt_with=[],
        first_at=profile.created_at,
    )
