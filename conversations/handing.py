"""A conversation as something that can be handed over: registered with ``collaboration.handoffs.kinds``."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collaboration.approvals.kinds import Described
from collaboration.handoffs.kinds import HandoffKind
from collaboration.models import Handoff
from conversations.actions.hand_over import take, tell
from conversations.actions.read import SUBJECT
from conversations.models import Conversation, Message
from conversations.previews import read_preview
from engagement.village.models import User

LAST_SAID = 8


def describe(keys: Sequence[UUID]) -> Mapping[UUID, Described]:
    """Name conversations by customer and subject. One query."""
    rows = Conversation.objects.filter(pk__in=keys).select_related("profile", "endpoint", "channel")
    return {row.pk: _described(row) for row in rows.defer("channel__credentials").order_by()}


def _described(row: Conversation) -> Described:
    name = row.profile.name or row.endpoint.name or row.endpoint.address
    return Described(
        title=f"{name}: {row.title}" if row.title else name,
        url=reverse("conversations:conversation", args=[row.pk]),
        icon="inbox",
        summary=read_preview(row.preview),
        channel=row.channel.kind,
    )


def last_said(handoff: Handoff, reader: User) -> dict[str, Any]:
    """What was said last, for whoever is asked to take it: they may not open its queue yet."""
    said = [Message.Kind.RECEIVED, Message.Kind.REPLY, Message.Kind.NOTE]
    newest = Message.objects.filter(conversation=handoff.subject_id, kind__in=said).select_related("author")
    rows = list(newest.defer("search").order_by("-seq")[:LAST_SAID])
    return {
        "messages": rows[::-1],
        "can_open": Conversation.objects.visible_to(reader).filter(pk=handoff.subject_id).exists(),
        "url": reverse("conversations:conversation", args=[handoff.subject_id]),
    }


KIND = HandoffKind(
    subject_type=SUBJECT,
    label=_("conversation"),
    describe=describe,
    take=take,
    tell=tell,
    panel_template="conversations/handed_over.html",
    panel_context=last_said,
)
