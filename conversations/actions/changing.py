"""What all changes of a conversation's state have in common: count the version, publish, poke."""

from datetime import datetime

from conversations.actions.entries import poke_conversation
from conversations.models import Conversation
from engagement.events.catalogue import ConversationChanged
from engagement.events.outbox import publish
from engagement.village.models import User


def changed(
    conversation: Conversation,
    *,
    change: str,
    fields: list[str],
    actor: User | None,
    now: datetime,
    topics: tuple[str, ...] = (),
    undone_at: datetime | None = None,
) -> Conversation:
    """Save a locked conversation's ``fields`` with a new version, publish ConversationChanged and poke.

    ``undone_at``: when the resolution was that this takes back.
    """
    conversation.version += 1
    conversation.save(update_fields=[*fields, "message_seq", "version"])
    publish(
        ConversationChanged(
            conversation_id=conversation.pk,
            change=change,
            status=conversation.status,
            assignee_id=conversation.assignee_id,
            queue_id=conversation.queue_id,
            actor_id=actor.pk if actor else None,
            at=now,
            undone_at=undone_at,
        ),
        now=now,
    )
    poke_conversation(conversation, *topics)
    return conversation
