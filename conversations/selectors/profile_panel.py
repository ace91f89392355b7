"""What a profile's page shows of our conversations with that person."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from conversations.models import Conversation, Message
from engagement.profiles.models import Profile
from engagement.village.models import Department, User

SHOWN = 6


def _with(profile: Profile, user: User) -> Any:
    theirs = Q(profile=profile) | Q(profile__canonical=profile)
    return Conversation.objects.visible_to(user).filter(theirs)


def conversations(profile: Profile, user: User, now: datetime) -> dict[str, Any]:
    """The newest 6 conversations that the reader may open, and how many there are."""
    found = _with(profile, user)
    newest = found.select_related("channel", "queue").order_by("-last_activity_at", "-key")
    return {"conversations": list(newest[:SHOWN]), "total": found.count(), "now": now}


def departments(profile: Profile, user: User, now: datetime) -> dict[str, Any]:
    """Which departments answered them, and how often, in the conversations that the reader may open."""
    answers = Message.objects.filter(
        conversation__in=_with(profile, user).order_by().values("pk"), kind=Message.Kind.REPLY, department__isnull=False
    )
    counted = dict(answers.order_by().values_list("department").annotate(n=Count("pk")))
    named = Department.objects.filter(pk__in=counted).order_by("name")
    return {"departments": [{"name": str(one), "answers": counted[one.pk]} for one in named]}
