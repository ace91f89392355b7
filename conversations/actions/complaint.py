"""Say that a conversation is a complaint, or that it is none: while one is open, its customer gets no marketing."""

from datetime import datetime

from django.db import transaction

from conversations.actions.changing import changed
from conversations.actions.entries import add_event
from conversations.actions.snapshot import difference, state_of
from conversations.models import Conversation
from engagement.village.models import User

CODE = "open_complaint"
# Whoever has an open complaint, under whichever of their profiles: few, so they are found once for all candidates.
EXCLUSION = """candidate.person_id IN (
        SELECT coalesce(profile.canonical_id, complaint.profile_id) FROM conversations_conversation complaint
        JOIN profiles_profile profile ON profile.key = complaint.profile_id
        WHERE complaint.complaint_since IS NOT NULL AND complaint.status <> 'resolved')"""


@transaction.atomic
def mark_complaint(*, conversation: Conversation, actor: User, now: datetime) -> Conversation:
    """Mark a conversation as a complaint; it stays one until somebody says otherwise, and counts while it is open."""
    return _turn(conversation, now, "complaint", actor, now)


@transaction.atomic
def unmark_complaint(*, conversation: Conversation, actor: User, now: datetime) -> Conversation:
    """Say that a conversation is no complaint. Safe to repeat."""
    return _turn(conversation, None, "no_complaint", actor, now)


def _turn(conversation: Conversation, since: datetime | None, event: str, actor: User, now: datetime) -> Conversation:
    current = Conversation.objects.lock(conversation.pk)
    if (current.complaint_since is None) == (since is None):
        return current
    before = state_of(current)
    current.complaint_since = since
    add_event(current, event=event, actor=actor, now=now, **difference(before, current))
    return changed(current, change=event, fields=["complaint_since"], actor=actor, now=now)
