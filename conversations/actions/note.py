"""Notes: what only the team reads."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from collaboration.actions import UnknownMention, mention, mentioned_in, unknown_mentions
from conversations.actions.assign import may_work
from conversations.actions.draft import drop_sent_draft, refuse_gone_draft
from conversations.actions.entries import add_entry, poke_conversation
from conversations.actions.files import checked_files, link_files
from conversations.actions.read import SUBJECT
from conversations.actions.writing import ReplyRefused, checked_text
from conversations.models import Conversation, Draft, Message
from engagement.events.catalogue import NoteWritten
from engagement.events.outbox import publish
from engagement.village.models import User


class MentionedWithoutAccess(ReplyRefused):
    """A colleague was named who may not open this conversation."""

    def __init__(self, person: User) -> None:
        super().__init__(
            _("%(name)s has no access to this queue. Take the mention out or move the conversation.") % {"name": person}
        )
        self.person = person


class UnknownColleague(ReplyRefused):
    """A name behind an @ leads to nobody, or to several; ``mentions`` say which, and who may be meant."""

    def __init__(self, mentions: list[UnknownMention]) -> None:
        names = ", ".join(f"@{one.written}" for one in mentions)
        super().__init__(_("Nobody is told by %(names)s: no single colleague has that name.") % {"names": names})
        self.mentions = mentions


@transaction.atomic
def write_note(
    *,
    conversation: Conversation,
    author: User,
    text: str,
    client_key: str,
    now: datetime,
    attachment_ids: Sequence[UUID] = (),
    draft: str | None = None,
    mentioned_ids: Sequence[UUID] = (),
    refuses_unknown: bool = False,
) -> Message:
    """Leave a note; ``@Full Name``, ``@first.last`` or an unmistakable ``@First`` tells that colleague.

    ``mentioned_ids`` are colleagues who were picked from a list; they count while their name stands behind an @.
    With ``refuses_unknown`` a name that leads to nobody is refused. The same ``client_key`` again returns the first
    note. Raises DraftGone, MentionedWithoutAccess, UnknownColleague and other ReplyRefused.
    """
    text = checked_text(text)
    current = Conversation.objects.lock(conversation.pk)
    earlier = Message.objects.filter(conversation=current, client_key=client_key or None).first()
    if earlier is not None:
        return earlier
    refuse_gone_draft(
        conversation=current, author=author, kind=Draft.Kind.NOTE, token=draft, seen_seq=current.message_seq
    )
    picked = _picked(text, mentioned_ids)
    if refuses_unknown and (unknown := unknown_mentions(text, picked=picked)):
        raise UnknownColleague(unknown)
    people = list({person.pk: person for person in [*picked, *mentioned_in(text)]}.values())
    for person in people:
        if not may_work(person, current.queue_id):
            raise MentionedWithoutAccess(person)
    files = checked_files(attachment_ids)
    note = add_entry(
        current,
        kind=Message.Kind.NOTE,
        now=now,
        author=author,
        sender_name=str(author),
        text=text,
        client_key=client_key or None,
        detail={"mentions": [{"key": str(person.pk), "name": str(person)} for person in people]},
    )
    link_files(note, files)
    current.last_activity_at = now
    current.save(update_fields=["message_seq", "last_activity_at"])
    drop_sent_draft(conversation=current, author=author, kind=Draft.Kind.NOTE, text=text, token=draft)
    _tell(current, note, author, people, now)
    return note


def _picked(text: str, mentioned_ids: Sequence[UUID]) -> list[User]:
    people = User.objects.filter(pk__in=mentioned_ids, is_active=True).order_by("key") if mentioned_ids else []
    return [person for person in people if f"@{person.name}" in text]


def _tell(conversation: Conversation, note: Message, author: User, people: list[User], now: datetime) -> None:
    others = [person for person in people if person != author]
    mention(
        people=others,
        author=author,
        subject_type=SUBJECT,
        subject_id=conversation.pk,
        note_id=note.pk,
        text=note.text,
        now=now,
    )
    event = NoteWritten(
        conversation_id=conversation.pk,
        message_id=note.pk,
        seq=note.seq,
        author_id=author.pk,
        mentioned_ids=[person.pk for person in others],
        at=now,
    )
    publish(event, now=now)
    poke_conversation(conversation, *(f"user:{person.pk}" for person in others))
