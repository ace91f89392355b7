"""Conversations that belong together although they are kept apart: answers of other people, copies to two mailboxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import F, Q

from conversations.models import Conversation, ConversationRelation, Message, MessageExternal
from engagement.village.models import User

MAX_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Related:
    """Another conversation. ``conversation`` is None where the reader may not open it."""

    conversation: Conversation | None
    sender: str = ""


@dataclass(frozen=True, slots=True)
class RelatedConversations:
    """``answers``: by message, the conversation that it answers. ``copies``: by message, where else it was received.
    ``answered_in``: conversations in which somebody else answers this one, newest first.
    """

    answers: dict[UUID, Related] = field(default_factory=dict)
    copies: dict[UUID, list[Related]] = field(default_factory=dict)
    answered_in: list[Related] = field(default_factory=list)


def related_conversations(
    *, conversation: Conversation, user: User, messages: Sequence[Message]
) -> RelatedConversations:
    """Return what belongs to ``conversation`` and its ``messages``. Two queries, a third where there is something."""
    relations = list(
        ConversationRelation.objects.filter(Q(conversation=conversation) | Q(related=conversation))
        .order_by("-created_at", "-pk")
        .values_list("message_id", "conversation_id", "related_id", "message__sender_name", "message__sender_address")[
            : 2 * MAX_SHOWN
        ]
    )
    copies = _copies(conversation, messages)
    wanted = {key for _, one, other, _, _ in relations for key in (one, other)} | {key for _, key in copies}
    visible = _visible(user, wanted - {conversation.pk})
    found = RelatedConversations()
    for message, key, related, name, address in relations:
        if key == conversation.pk:
            found.answers[message] = Related(visible.get(related))
        elif key not in {one.conversation.pk for one in found.answered_in if one.conversation}:
            found.answered_in.append(Related(visible.get(key), sender=name or address))
    for message, key in copies:
        found.copies.setdefault(message, []).append(Related(visible.get(key)))
    return found


def _copies(conversation: Conversation, messages: Sequence[Message]) -> list[tuple[UUID, UUID]]:
    """Return message and conversation for each copy of a message that another mailbox of ours got."""
    received = [one.pk for one in messages if one.kind == Message.Kind.RECEIVED]
    if conversation.channel.kind != "email" or not received:
        return []
    mine = MessageExternal.objects.filter(message__in=received)
    rows = (
        MessageExternal.objects.filter(external_id__in=mine.order_by().values("external_id"))
        .exclude(channel=conversation.channel_id)
        .filter(channel__kind="email")
        .order_by("pk")
        .values_list("external_id", "conversation_id", "message__sender_address")[:MAX_SHOWN]
    )
    others = list(rows)
    if not others:
        return []
    named = mine.annotate(sender=F("message__sender_address")).values_list("external_id", "message_id", "sender")
    return [
        (message, key)
        for external, key, sender in others
        for name, message, own_sender in named
        if name == external and sender.lower() == own_sender.lower() and key != conversation.pk
    ]


def _visible(user: User, keys: set[UUID]) -> dict[UUID, Conversation]:
    if not keys:
        return {}
    rows = Conversation.objects.visible_to(user).filter(pk__in=keys)
    return {row.pk: row for row in rows.select_related("profile", "endpoint", "channel", "assignee", "queue")}
