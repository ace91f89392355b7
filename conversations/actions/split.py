"""Give a second matter a conversation of its own."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from collaboration.actions import carry_mentions
from conversations.actions.changing import changed
from conversations.actions.entries import add_event, poke_conversation
from conversations.actions.labels import copy_labels
from conversations.actions.read import SUBJECT
from conversations.layout import layout_of
from conversations.models import Conversation, Message, MessageExternal, Participant, ReadMark, ThreadReference
from conversations.previews import build_preview
from engagement.events.catalogue import ConversationOpened
from engagement.events.outbox import publish
from engagement.village.models import User

Kind = Message.Kind
_SAID = (Kind.RECEIVED, Kind.REPLY)
# Numbered again from 2 on: 1 is the line that tells where they come from.
_MOVE = """
UPDATE conversations_message message SET conversation_id = %(new)s, seq = moved.place
FROM (SELECT key, 1 + row_number() OVER (ORDER BY seq) AS place FROM conversations_message
      WHERE conversation_id = %(old)s AND seq >= %(from)s) moved
WHERE message.key = moved.key
"""


class NothingToSplit(ValueError):
    """A split needs words that go and words that stay; the message is a sentence for the person."""

    def __init__(self) -> None:
        super().__init__(_("Choose a message that others stand before: what was said first stays here."))


class OneAtATime(NothingToSplit):
    """On this kind of channel a customer has one conversation at a time."""

    def __init__(self) -> None:
        ValueError.__init__(self, _("On this channel a customer has one conversation at a time. It cannot be split."))


@transaction.atomic
def split(*, conversation: Conversation, from_seq: int, title: str, actor: User, now: datetime) -> Conversation:
    """Move the entries from ``from_seq`` on into a new conversation of the same endpoint; return that one.

    Names and references of the moved messages go with them, so that later answers find the new conversation, whatever
    reply address they were sent to. The old one keeps its numbers: those of moved entries stay free, so that nobody
    takes an unseen entry for a seen one. Raises NothingToSplit, OneAtATime.
    """
    old = Conversation.objects.select_related("queue").lock(conversation.pk)
    if old.single:
        raise OneAtATime
    entries = list(Message.objects.filter(conversation=old).defer("search").order_by("seq"))
    staying, going = [m for m in entries if m.seq < from_seq], [m for m in entries if m.seq >= from_seq]
    if not all(any(m.kind in _SAID for m in part) for part in (staying, going)):
        raise NothingToSplit
    new = _begin(old, going, title or next((m.title for m in going if m.title), old.title), now)
    add_event(new, event="split_from", actor=actor, now=now, other=str(old.pk), title=old.title)
    _move(old, new, staying, going, from_seq)
    copy_labels(old, new, actor=actor, now=now)
    new.message_seq += len(going)
    for part, said in ((old, staying), (new, going)):
        _sum_up(part, said)
    new.save()
    add_event(old, event="split", actor=actor, now=now, other=str(new.pk), title=new.title)
    _announce(new, now)
    fields = ["preview", "preview_ours", "automatic", "last_activity_at", "waiting_since", "next_due_at"]
    changed(old, change="split", fields=fields, actor=actor, now=now)
    return new


def _begin(old: Conversation, going: Sequence[Message], title: str, now: datetime) -> Conversation:
    return Conversation.objects.create(
        endpoint_id=old.endpoint_id,
        channel_id=old.channel_id,
        profile_id=old.profile_id,
        queue=old.queue,
        assignee_id=old.assignee_id,
        status=Conversation.Status.OPEN,
        title=title.replace("\x00", "")[:500],
        opened_at=going[0].created_at,
        last_activity_at=now,
        split_from=old,
    )


def _move(
    old: Conversation, new: Conversation, staying: Sequence[Message], going: Sequence[Message], from_seq: int
) -> None:
    keys = [message.pk for message in going]
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, {"old": old.pk, "new": new.pk, "from": from_seq})
    MessageExternal.objects.filter(message__in=keys).update(conversation=new)
    _move_references(old, new, staying, going)
    _copy_people(old, new)
    _copy_read_marks(old, new, [message.seq for message in going])
    carry_mentions(note_ids=keys, subject_type=SUBJECT, subject_id=new.pk)


def _move_references(
    old: Conversation, new: Conversation, staying: Sequence[Message], going: Sequence[Message]
) -> None:
    """References to what stays stay; of the others each goes where it was made, or counts for both."""
    named_here = set(MessageExternal.objects.filter(conversation=old).values_list("external_id", flat=True))
    theirs, ours = (
        {one for m in part for one in m.detail.get("references", [])} - named_here for part in (going, staying)
    )
    ThreadReference.objects.filter(conversation=old, reference__in=theirs - ours).delete()
    rows = [ThreadReference(channel_id=old.channel_id, reference=one, conversation=new) for one in sorted(theirs)]
    ThreadReference.objects.bulk_create(rows)


def _copy_people(old: Conversation, new: Conversation) -> None:
    people = list(Participant.objects.filter(conversation=old))
    for person in people:
        person.pk, person.conversation = None, new
    Participant.objects.bulk_create(people)


def _copy_read_marks(old: Conversation, new: Conversation, moved: Sequence[int]) -> None:
    marks = list(ReadMark.objects.filter(conversation=old))
    for mark in marks:
        seen = sum(seq <= mark.seq for seq in moved)
        mark.pk, mark.conversation, mark.seq = None, new, seen + 1 if seen else 0
    ReadMark.objects.bulk_create(marks)


def _sum_up(conversation: Conversation, entries: Sequence[Message]) -> None:
    """Set what a conversation says about its entries: newest words, and since when somebody waits."""
    said = [message for message in entries if message.kind in _SAID]
    newest = said[-1]
    conversation.preview, conversation.preview_ours = (
        build_preview(newest.text, layout_of(newest)),
        newest.kind == Kind.REPLY,
    )
    conversation.automatic, conversation.last_activity_at = bool(newest.auto), newest.created_at
    answered = max((message.seq for message in said if message.kind == Kind.REPLY), default=0)
    waiting = [m for m in said if m.kind == Kind.RECEIVED and not m.auto and m.seq > answered]
    conversation.waiting_since = waiting[0].created_at if waiting and conversation.is_open else None
    promise, since = conversation.queue.answer_within, conversation.waiting_since
    conversation.next_due_at = since + timedelta(minutes=promise) if since and promise else None


def _announce(new: Conversation, now: datetime) -> None:
    opened = ConversationOpened(
        conversation_id=new.pk, channel_id=new.channel_id, profile_id=new.profile_id, queue_id=new.queue_id, at=now
    )
    publish(opened, now=now)
    assignee: UUID | None = new.assignee_id
    poke_conversation(new, *([f"user:{assignee}"] if assignee else []))
