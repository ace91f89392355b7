"""Answer the customer. The answer leaves when its time to undo is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from conversations.actions.assign import may_work
from conversations.actions.draft import drop_sent_draft, refuse_gone_draft
from conversations.actions.entries import add_entry, poke_conversation, preview_of
from conversations.actions.files import checked_files, link_files
from conversations.actions.participants import join_recipients
from conversations.actions.recipients import RecipientIsOurs, checked_recipients, everyone, refuse_unconfirmed
from conversations.actions.second import refuse_second
from conversations.actions.writing import FilesNotCarried, LongerThanCarried, ReplyRefused, checked_text
from conversations.models import Conversation, Draft, Message, MessageExternal
from engagement.channels.actions.transmit import Recipient, transmit
from engagement.channels.adapters import Capabilities, capabilities_of
from engagement.channels.models import Transmission
from engagement.events.catalogue import ReplyWritten
from engagement.events.outbox import publish
from engagement.keys import new_key
from engagement.village.models import User

SOURCE = "conversation"  # the renderer of answers
RESTORED_TIMES = ("waiting_since", "next_due_at", "snoozed_until", "resolved_at")
AFTERWARDS = ("", Conversation.Status.PENDING, Conversation.Status.RESOLVED)


class ColleagueAnsweredFirst(ReplyRefused):
    """A colleague answered while this was being written; ``messages`` are their answers, oldest first."""

    def __init__(self, messages: list[Message]) -> None:
        super().__init__(_("A colleague answered first. Read their answer, then decide."))
        self.messages = messages


class AnswerTakenBack(ReplyRefused):
    """The same submit was undone before."""

    def __init__(self) -> None:
        super().__init__(_("You took this answer back. Send it again from your draft."))


@transaction.atomic
def reply(
    *,
    conversation: Conversation,
    author: User,
    text: str,
    client_key: str,
    seen_seq: int,
    now: datetime,
    recipients: Sequence[Recipient] | None = None,
    attachment_ids: Sequence[UUID] = (),
    then: str = "",
    anyway: bool = False,
    draft: str | None = None,
    confirmed_recipients: int | None = None,
) -> Message:
    """Write an answer into the thread and queue it; it leaves ``settings.UNDO_SECONDS`` later.

    ``recipients=None``: everyone who takes part. ``seen_seq`` is the newest entry that the author had seen,
    ``anyway`` sends although a colleague answered after it, or the draft was sent from another window. ``then`` is
    ``pending``, ``resolved`` or empty (stays as it is). ``draft`` is the token of the draft that it was written from,
    None where nobody knows. ``confirmed_recipients`` is the number of people that the author has agreed to, where there
    are many. The same ``client_key`` again returns the first answer. Raises ColleagueAnsweredFirst, DraftGone and other
    ReplyRefused.
    """
    text = checked_text(text)
    current = _lock(conversation)
    if (earlier := _submitted_before(current, client_key)) is not None:
        return earlier
    if not anyway:
        _refuse_if_answered(current, author, seen_seq)
        refuse_gone_draft(conversation=current, author=author, kind=Draft.Kind.REPLY, token=draft, seen_seq=seen_seq)
    carried = capabilities_of(current.channel.kind)
    _refuse_what_is_not_carried(carried, text, attachment_ids)
    whole = recipients is None or not carried.several_recipients
    people = everyone(current) if whole or recipients is None else checked_recipients(current, recipients)
    if not people:
        raise RecipientIsOurs(current.endpoint.address)
    refuse_unconfirmed(people, confirmed_recipients)
    files = checked_files(attachment_ids)
    before = _state(current)
    joined = join_recipients(current, people, now=now)
    message = add_entry(
        current,
        kind=Message.Kind.REPLY,
        now=now,
        key=(key := new_key()),
        author=author,
        department=current.channel.department,
        sender_name=str(author),
        sender_address=current.channel.address,
        title=current.title,
        text=text,
        client_key=client_key or None,
        delivery_state=Transmission.State.QUEUED,
        detail={"recipients": people, "before": before, "joined": joined, "then": then},
    )
    link_files(message, files)
    _hand_on(message, current, people, author, f"{key}@{_domain(current)}", now)
    drop_sent_draft(conversation=current, author=author, kind=Draft.Kind.REPLY, text=text, token=draft)
    _conclude(current, message, author, then, now)
    return message


def _lock(conversation: Conversation) -> Conversation:
    Conversation.objects.lock(conversation.pk)
    return Conversation.objects.select_related("channel", "endpoint__identity").get(pk=conversation.pk)


def _submitted_before(conversation: Conversation, client_key: str) -> Message | None:
    earlier = Message.objects.filter(conversation=conversation, client_key=client_key or None).first()
    if earlier is not None and earlier.kind == Message.Kind.EVENT:
        raise AnswerTakenBack
    return earlier


def _refuse_what_is_not_carried(carried: Capabilities, text: str, files: Sequence[UUID]) -> None:
    if files and not carried.attachments:
        raise FilesNotCarried
    if carried.longest_text and len(text) > carried.longest_text:
        raise LongerThanCarried(carried.longest_text)


def _refuse_if_answered(conversation: Conversation, author: User, seen_seq: int) -> None:
    answers = Message.objects.filter(conversation=conversation, kind=Message.Kind.REPLY, seq__gt=seen_seq)
    unseen = list(answers.exclude(author=author).select_related("author").order_by("seq"))
    if unseen:
        raise ColleagueAnsweredFirst(unseen)


def _state(conversation: Conversation) -> dict[str, str | None]:
    """What an undo brings back."""
    return {
        "status": conversation.status,
        "assignee": str(conversation.assignee_id) if conversation.assignee_id else None,
        **{name: at.isoformat() if (at := getattr(conversation, name)) else None for name in RESTORED_TIMES},
    }


def _domain(conversation: Conversation) -> str:
    return conversation.channel.address.rpartition("@")[2] or "localhost"


def _hand_on(
    message: Message,
    conversation: Conversation,
    people: list[Recipient],
    author: User,
    external_id: str,
    now: datetime,
) -> None:
    MessageExternal.objects.create(
        channel=conversation.channel, external_id=external_id, message=message, conversation=conversation
    )
    transmission = transmit(
        channel=conversation.channel,
        unique_key=f"{SOURCE}:{message.key}",
        purpose=Transmission.Purpose.CONVERSATION,
        source=SOURCE,
        source_id=message.key,
        recipients=people,
        external_id=external_id,
        not_before=now + timedelta(seconds=settings.UNDO_SECONDS),
        profile_id=conversation.profile_id,
        requested_by=author,
        now=now,
    )
    message.transmission_id = transmission.key
    message.save(update_fields=["transmission_id"])


def _conclude(conversation: Conversation, message: Message, author: User, then: str, now: datetime) -> None:
    """Nobody waits for us any more; whoever answered keeps the matter."""
    conversation.waiting_since = conversation.next_due_at = None
    conversation.preview, conversation.preview_ours = preview_of(message.text), True
    conversation.last_activity_at = now
    if conversation.assignee_id is None and may_work(author, conversation.queue_id):
        conversation.assignee = author
    if then in AFTERWARDS and then:
        if then != Conversation.Status.RESOLVED:
            refuse_second(conversation)
        conversation.status, conversation.snoozed_until = then, None
        conversation.resolved_at = now if then == Conversation.Status.RESOLVED else None
    conversation.version += 1
    message.detail["version"] = conversation.version
    message.save(update_fields=["detail"])
    conversation.save()
    event = ReplyWritten(
        conversation_id=conversation.pk, message_id=message.key, seq=message.seq, author_id=author.pk, at=now
    )
    publish(event, now=now)
    poke_conversation(conversation, f"user:{author.pk}")
