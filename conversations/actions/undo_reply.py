"""Take an answer back before it leaves, or send one again that did not arrive."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.actions.entries import poke_conversation
from conversations.actions.reply import RESTORED_TIMES, SOURCE
from conversations.actions.second import has_another
from conversations.actions.writing import ReplyRefused
from conversations.layout import layout_of
from conversations.models import Conversation, Draft, Message, MessageExternal, Participant
from conversations.previews import build_preview
from engagement.channels.actions.transmit import cancel, send_again, undo_send_again
from engagement.channels.models import Transmission
from engagement.events.catalogue import ReplyTakenBack
from engagement.events.outbox import publish
from engagement.village.models import User


class TooLateToUndo(ReplyRefused):
    """The answer is leaving or has left."""

    def __init__(self) -> None:
        super().__init__(_("Too late: the answer has left already."))


@transaction.atomic
def undo_reply(*, message: Message, actor: User, now: datetime) -> Draft | None:
    """Take an answer back while nobody has begun to send it; its words become its author's draft again.

    Its place in the thread keeps a line that says so. What the answer had changed is restored, unless somebody
    changed it again meanwhile. A second call changes nothing and returns the draft, if it is still there. Raises
    TooLateToUndo.
    """
    conversation = Conversation.objects.lock(message.conversation_id)
    current = Message.objects.select_for_update().get(pk=message.pk)
    if current.detail.get("event") == "taken_back":
        return _draft_of(current)
    if current.kind != Message.Kind.REPLY or current.transmission_id is None or current.author_id is None:
        raise TooLateToUndo
    if not cancel(transmission_id=current.transmission_id, now=now):
        raise TooLateToUndo
    draft = _back_into_draft(current, current.author_id, now)
    _restore(conversation, current)
    _leave_line(current, actor)
    conversation.preview, conversation.preview_ours = _newest_words(conversation)
    conversation.version += 1
    conversation.save()
    event = ReplyTakenBack(conversation_id=conversation.pk, message_id=current.pk, author_id=actor.pk, at=now)
    publish(event, now=now)
    poke_conversation(conversation, f"user:{current.author_id}")
    return draft


def _draft_of(message: Message) -> Draft | None:
    return Draft.objects.filter(
        conversation=message.conversation_id, author=message.author_id, kind=Draft.Kind.REPLY
    ).first()


def _back_into_draft(message: Message, author: UUID, now: datetime) -> Draft:
    """Put the words before whatever the author has begun to write since."""
    draft = _draft_of(message) or Draft(
        conversation_id=message.conversation_id, author_id=author, kind=Draft.Kind.REPLY
    )
    draft.text = f"{message.text}\n\n{draft.text}".strip() if draft.text else message.text
    draft.recipients = message.detail["recipients"]
    files = [str(key) for key in message.files.order_by("position").values_list("attachment_id", flat=True)]
    draft.attachments = list(dict.fromkeys([*files, *draft.attachments]))
    draft.seen_seq, draft.version, draft.updated_at = message.seq, draft.version + 1, now
    draft.save()
    return draft


def _restore(conversation: Conversation, message: Message) -> None:
    before = message.detail["before"]
    times = {name: datetime.fromisoformat(value) if (value := before[name]) else None for name in RESTORED_TIMES}
    if conversation.version == message.detail["version"] and not has_another(conversation):
        conversation.status, conversation.assignee_id = before["status"], before["assignee"]
        conversation.snoozed_until, conversation.resolved_at = times["snoozed_until"], times["resolved_at"]
    if conversation.is_open:
        for name in ("waiting_since", "next_due_at"):
            both = [at for at in (times[name], getattr(conversation, name)) if at is not None]
            setattr(conversation, name, min(both, default=None))
    Participant.objects.filter(conversation=conversation, address_norm__in=message.detail["joined"]).delete()
    MessageExternal.objects.filter(message=message).delete()


def _leave_line(message: Message, actor: User) -> None:
    message.kind, message.detail = Message.Kind.EVENT, {"event": "taken_back", "by": str(actor)}
    message.text = message.title = message.delivery_state = message.delivery_detail = ""
    message.transmission_id = message.search = None
    message.files.all().delete()
    message.save()


def _newest_words(conversation: Conversation) -> tuple[str, bool]:
    kinds = [Message.Kind.RECEIVED, Message.Kind.REPLY]
    newest = Message.objects.filter(conversation=conversation, kind__in=kinds).order_by("-seq").first()
    return (build_preview(newest.text, layout_of(newest)), newest.kind == Message.Kind.REPLY) if newest else ("", False)


@transaction.atomic
def retry(*, message: Message, actor: User, now: datetime, hold: timedelta = timedelta()) -> Message:
    """Send an answer again, after ``hold``, that was not sent, came back, or perhaps was not sent. Raises
    AlreadySent.
    """
    conversation = Conversation.objects.lock(message.conversation_id)
    sent = Transmission.objects.get(source=SOURCE, source_id=message.pk)
    transmission = send_again(transmission=sent, actor=actor, now=now, hold=hold)
    message.delivery_state, message.delivery_detail = transmission.state, ""
    message.save(update_fields=["delivery_state", "delivery_detail"])
    poke_conversation(conversation)
    return message


@transaction.atomic
def undo_retry(*, actor: User, retried_at: datetime, now: datetime) -> int:
    """Take back the answers that a person sent again in one act, while they have not left; return how many."""
    taken = undo_send_again(actor=actor, sent_again_at=retried_at, now=now)
    states = {row.source_id: row for row in taken if row.source == SOURCE}
    for message in Message.objects.select_for_update(of=("self",)).filter(pk__in=list(states)).order_by("pk"):
        message.delivery_state, message.delivery_detail = states[message.pk].state, states[message.pk].error
        message.save(update_fields=["delivery_state", "delivery_detail"])
    return len(taken)
