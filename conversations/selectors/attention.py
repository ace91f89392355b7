"""Needs attention: answers that did not arrive, and what came in and could not be read. Nothing fails silently."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from conversations.models import Conversation, Message
from engagement.channels.models import Channel
from engagement.village.models import User

PAGE = 50


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that failed. ``kind`` is ``send`` (``key`` a Transmission's) or ``inbound`` (a RawEvent's).

    ``state`` is the transmission's state (failed, unknown, bounced), or ``failed``. ``can_retry`` and ``can_settle``
    say what this person may do.
    """

    kind: str
    key: UUID
    at: datetime
    channel: Channel
    state: str
    reason: str
    title: str
    to: list[str]
    conversation: Conversation | None
    message: Message | None
    can_retry: bool
    can_settle: bool


@dataclass(frozen=True, slots=True)
class AttentionPage:
    """Items newest first; ``next_cursor`` is empty on the last page."""

    items: list[Item]
    next_cursor: str


def page(*, user: User, cursor: str = "") -> AttentionPage:
    """Return failed sends of conversations that the person may open and, with ``replay_rawevent``, failed inbound."""
    return AttentionPage(items=[], next_cursor="")


def may_open(user: User) -> bool:
    """Say whether the person has this view at all."""
    return user.has_perm("engagement_channels.settle_transmission") or user.has_perm(
        "engagement_channels.replay_rawevent"
    )
