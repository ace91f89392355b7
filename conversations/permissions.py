"""Who may listen to the inbox's live topics."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from conversations.models import Conversation, Queue
from engagement.operations.links import opener_by_key
from engagement.village.models import User


def may_listen_to_queue(user: User, key: str) -> bool:
    """Whoever works on the queue."""
    queue = _key(key)
    return queue is not None and Queue.objects.worked_by(user).filter(pk=queue).exists()


def may_listen_to_conversation(user: User, key: str) -> bool:
    """Whoever may open the conversation."""
    conversation = _key(key)
    return conversation is not None and Conversation.objects.visible_to(user).filter(pk=conversation).exists()


def may_listen_to_person(user: User, key: str) -> bool:
    """Nobody but the person."""
    return user.is_active and _key(key) == user.pk


def may_listen_to_attention(user: User, rest: str) -> bool:
    """Whoever may open "needs attention"."""
    return rest == "all" and sees_attention(user)


def sees_attention(user: User) -> bool:
    """Say whether the person has the view "needs attention": they send again, settle or replay what failed."""
    return user.has_perm("engagement_channels.settle_transmission") or user.has_perm(
        "engagement_channels.replay_rawevent"
    )


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def opens_attention(user: User, found: Sequence[Mapping[str, Any]]) -> list[bool]:
    """Say of pages of "needs attention" whether the person may open them."""
    return [sees_attention(user)] * len(found)


# Whose pages are opened by whoever sees the object.
OPENERS = {
    "conversations:conversation": opener_by_key(lambda user: Conversation.objects.visible_to(user)),
    "conversations:attention": opens_attention,
    "conversations:raw": opens_attention,
}
