"""What a profile's page shows of our conversations with that person."""

from typing import Any

from django.db.models import Count

from conversations.models import Conversation, Message
from engagement.profiles.doors import Asked
from engagement.village.models import Department

SHOWN = 6


def _with(asked: Asked) -> Any:
    return Conversation.objects.visible_to(asked.reader).filter(profile_id__in=asked.family)


def conversations(asked: Asked) -> dict[str, Any]:
    """The newest 6 conversations that the reader may open, and how many there are."""
    found = _with(asked)
    newest = found.select_related("channel", "queue").order_by("-last_activity_at", "-key")
    return {"conversations": list(newest[:SHOWN]), "total": found.count(), "now": asked.now}


def departments(asked: Asked) -> dict[str, Any]:
    """Which departments answered them, and how often, in the conversations that the reader may open."""
    answers = Message.objects.filter(
        conversation__in=_with(asked).order_by().values("pk"), kind=Message.Kind.REPLY, department__isnull=False
    )
    counted = dict(answers.order_by().values_list("department").annotate(n=Count("pk")))
    named = Department.objects.filter(pk__in=counted).order_by("name")
    return {"departments": [{"name": str(one), "answers": counted[one.pk]} for one in named]}
