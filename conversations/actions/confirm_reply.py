"""Count what was marked as an opt-out request as a reply, once a person has said that it is none."""

from datetime import datetime
from uuid import UUID

from conversations.models import Conversation
from engagement.events.catalogue import ReplyConfirmed
from engagement.events.outbox import publish


def confirm_reply(*, raw_event_id: UUID, now: datetime) -> None:
    """Publish that the conversation which a message began is a reply to what it answers. Nothing for any other."""
    began = Conversation.objects.filter(messages__raw_event_key=raw_event_id, messages__seq=1, answers__isnull=False)
    for key, answers in began.order_by("key").values_list("key", "answers"):
        if answers is not None:
            publish(ReplyConfirmed(conversation_id=key, answers_id=answers, at=now), now=now)
