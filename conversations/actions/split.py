"""Give a second matter a conversation of its own."""

from datetime import datetime

from conversations.models import Conversation
from engagement.village.models import User


def split(*, conversation: Conversation, from_seq: int, title: str, actor: User, now: datetime) -> Conversation:
    """Move the entries from ``from_seq`` on into a new conversation of the same endpoint; return that one."""
    raise NotImplementedError
