"""The thread: the newest entries of one conversation, and older ones on request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from conversations.actions.recipients import everyone
from conversations.models import Conversation, Draft, Message, MessageAttachment, ReadMark
from engagement.channels.actions.transmit import Recipient
from engagement.channels.models import Attachment, Transmission
from engagement.village.models import User

PAGE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry with its files. ``begins_unread``: the line "new" stands above it for this reader."""

    message: Message
    files: list[Attachment]
    begins_unread: bool
    transmission: Transmission | None  # of an answer; its ``not_before`` ends the time to undo

    def can_undo(self, now: datetime) -> bool:
        """The answer still waits here, so its author's undo will most likely succeed."""
        sent = self.transmission
        return sent is not None and sent.state == Transmission.State.QUEUED and sent.not_before > now

    @property
    def can_retry(self) -> bool:
        """The answer was not sent, came back, or nobody can tell, and nobody has settled that."""
        sent = self.transmission
        return sent is not None and sent.settled_at is None and sent.state in FAILED_STATES


FAILED_STATES = (Transmission.State.FAILED, Transmission.State.UNKNOWN, Transmission.State.BOUNCED)


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """Entries oldest first. ``before_seq`` asks for the page before this one; None: this is the beginning."""

    conversation: Conversation
    entries: list[Entry]
    before_seq: int | None
    newest_seq: int
    read_seq: int  # how far the reader had read before opening
    colleagues_drafts: list[Draft]
    my_reply_draft: Draft | None
    my_note_draft: Draft | None
    recipients: list[Recipient]  # whom an answer goes to by default
    offers_split_at: int | None  # the newest entry here that changed the subject


def page(
    *,
    conversation: Conversation,
    user: User,
    before_seq: int | None = None,
    after_seq: int | None = None,
    now: datetime,
) -> ThreadPage:
    """Return the newest 50 entries, or the 50 before ``before_seq``, or the up to 50 that follow ``after_seq``.

    ``conversation`` comes from ``Conversation.objects.visible_to(user)``.
    """
    mark = ReadMark.objects.filter(person=user, conversation=conversation).first()
    read_seq = mark.seq if mark else 0
    messages = _messages(conversation, before_seq, after_seq)
    sent = _transmissions(messages)
    unread = next((m.seq for m in messages if m.kind == Message.Kind.RECEIVED and m.seq > read_seq), None)
    drafts = list(Draft.objects.filter(conversation=conversation).select_related("author").order_by("-updated_at"))
    return ThreadPage(
        conversation=conversation,
        entries=[
            Entry(
                message=message,
                files=[link.attachment for link in message.files.all()],
                begins_unread=message.seq == unread and message.seq > 1,
                transmission=sent.get(message.transmission_id),
            )
            for message in messages
        ],
        before_seq=messages[0].seq if messages and messages[0].seq > 1 else None,
        newest_seq=conversation.message_seq,
        read_seq=read_seq,
        colleagues_drafts=[draft for draft in drafts if draft.author_id != user.pk],
        my_reply_draft=_mine(drafts, user, Draft.Kind.REPLY),
        my_note_draft=_mine(drafts, user, Draft.Kind.NOTE),
        recipients=everyone(conversation),
        offers_split_at=next((m.seq for m in reversed(messages) if m.detail.get("subject_changed")), None),
    )


def _messages(conversation: Conversation, before_seq: int | None, after_seq: int | None) -> list[Message]:
    files = Prefetch("files", queryset=MessageAttachment.objects.select_related("attachment"))
    rows = Message.objects.filter(conversation=conversation).select_related("author", "department")
    rows = rows.defer("search").prefetch_related(files)
    if after_seq is not None:
        return list(rows.filter(seq__gt=after_seq).order_by("seq")[:PAGE])
    if before_seq is not None:
        rows = rows.filter(seq__lt=before_seq)
    return list(rows.order_by("-seq")[:PAGE])[::-1]


def _transmissions(messages: Sequence[Message]) -> dict[object, Transmission]:
    keys = [message.transmission_id for message in messages if message.transmission_id]
    return {row.key: row for row in Transmission.objects.filter(key__in=keys)}


def _mine(drafts: list[Draft], user: User, kind: str) -> Draft | None:
    return next((draft for draft in drafts if draft.author_id == user.pk and draft.kind == kind), None)
