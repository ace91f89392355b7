"""Entries of a thread: the one place that numbers them. The conversation is locked by the caller."""

from datetime import datetime
from typing import Any

from conversations.models import Conversation, Message
from conversations.previews import build_preview
from engagement.realtime.topics import poke
from engagement.village.models import User


def add_entry(conversation: Conversation, *, kind: str, now: datetime, **fields: Any) -> Message:
    """Write the next entry of a locked conversation and count it; the caller saves the conversation."""
    conversation.message_seq += 1
    return Message.objects.create(
        conversation=conversation, seq=conversation.message_seq, kind=kind, created_at=now, **fields
    )


def add_event(conversation: Conversation, *, event: str, actor: User | None, now: datetime, **facts: Any) -> Message:
    """Write a line that tells what happened. ``facts`` are JSON and name people and queues as they were called."""
    entry = add_entry(
        conversation,
        kind=Message.Kind.EVENT,
        now=now,
        author=actor,
        detail={"event": event, **facts},
    )
    conversation.last_event_id = entry.pk
    return entry


def poke_conversation(conversation: Conversation, *more: str) -> None:
    """Tell who looks at the conversation, at its queue or at its person, that it changed."""
    poke(
        f"conversation:{conversation.pk}",
        f"queue:{conversation.queue_id}",
        f"profile:{conversation.profile_id}",
        *more,
    )


def preview_of(text: str) -> str:
    """Return the first words of a text on one line, for the list."""
    return build_preview(text)
