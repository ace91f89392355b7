"""Put a received message into the conversation that it belongs to, or begin one."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from conversations.actions.answering import Standing, answered_by, standing, stands_alone
from conversations.actions.endpoints import reach, wait_for_turn
from conversations.actions.entries import poke_conversation
from conversations.actions.finding import Found, find
from conversations.actions.release import release_from_leaver
from conversations.actions.status import end_for_another
from conversations.actions.storing import store
from conversations.actions.subjects import base_subject
from conversations.models import Conversation, Message, Queue
from conversations.previews import build_preview
from engagement.channels.actions.duplicates import mark_duplicate
from engagement.events.catalogue import (
    ConversationChanged,
    ConversationOpened,
    ConversationReleased,
    Event,
    MessageReceived,
    MessageThreaded,
)
from engagement.events.outbox import publish_all
from engagement.profiles.addresses import normalised
from engagement.statements import insert, update

Status = Conversation.Status


@transaction.atomic(savepoint=False)  # the relay has set one just before
def thread(event: MessageReceived) -> Message:
    """Store the message of ``event`` once; return it, or the one that stands there already.

    It joins the conversation that a verified reply address or a known message id names, if its sender takes part
    there. Otherwise it begins one: in the channel's queue, else in the default one. A person's message opens what
    was resolved, wakes what slept, and starts the waiting; a robot's does none of that. Messages of one sender to
    one channel are handled one after the other. Where messages do not say what they answer (texts), it joins the
    one conversation that the sender has there. What a new one answers (a campaign's message) is kept with it.
    """
    address = normalised(event.sender.kind, event.sender.address)
    wait_for_turn(channel_id=event.channel_id, norm=address)
    found = find(event, address)
    if found.stored is not None:
        message = Message.objects.get(pk=found.stored)
        if message.raw_event_key and message.raw_event_key != event.raw_event_id:
            mark_duplicate(raw_event_id=event.raw_event_id, twin=message.raw_event_key)
        return message
    single = stands_alone(event)
    place = standing(event, address) if single else Standing(found.conversation, None)
    if place.another is not None:
        end_for_another(conversation=Conversation.objects.lock(place.another), now=event.received_at)
    if place.conversation is None:
        return _begin(event, address, found, single=single, answers=place.answers or answered_by(event))
    conversation = Conversation.objects.select_related("queue", "assignee").lock(place.conversation)
    return _join(event, conversation, address, found)


def _begin(event: MessageReceived, address: str, found: Found, *, single: bool, answers: UUID | None) -> Message:
    queue = _queue_of(event)
    conversation = Conversation(
        endpoint_id=reach(
            channel_id=event.channel_id,
            identity_id=event.identity_id,
            address=event.sender.address,
            norm=address,
            name=event.sender.name,
        ),
        channel_id=event.channel_id,
        profile_id=event.written_for,
        queue=queue,
        title=event.title.replace("\x00", "")[:500],
        answers=answers,
        single=single,
        opened_at=event.received_at,
        last_activity_at=event.received_at,
    )
    _show(conversation, event)
    _start_waiting(conversation, event, queue)
    conversation.message_seq = 1
    insert([conversation])
    message = store(event, conversation, address, found, lines=[], subject_changed=False)
    opened = ConversationOpened(
        conversation_id=conversation.pk,
        channel_id=event.channel_id,
        profile_id=event.profile_id,
        queue_id=queue.pk,
        at=event.received_at,
        answers_id=answers,
        is_opt_out_request=event.is_opt_out_request,
    )
    _tell(conversation, message, event, opened)
    return message


def _join(event: MessageReceived, conversation: Conversation, address: str, found: Found) -> Message:
    change = "" if event.auto else _rouse(conversation)
    lines = [_line(conversation, change, event.received_at)] if change else []
    left = None if event.auto else release_from_leaver(conversation)
    if left is not None:
        lines.append(_line(conversation, "released", event.received_at, name=str(left)))
    _show(conversation, event)
    _start_waiting(conversation, event, conversation.queue)
    conversation.last_activity_at = max(conversation.last_activity_at, event.received_at)
    conversation.message_seq += 1
    update(conversation)
    before, after = base_subject(conversation.title), base_subject(event.title)
    message = store(
        event,
        conversation,
        address,
        found,
        lines=lines,
        subject_changed=bool(before and after and before != after),
    )
    changes = [one for one in (change, "assigned" if left else "") if one]
    more: list[Event] = [_changed(conversation, one, event.received_at) for one in changes]
    if left is not None:
        more.append(
            ConversationReleased(
                conversation_id=conversation.pk,
                person_id=left.pk,
                message_id=message.pk,
                at=event.received_at,
            )
        )
    _tell(conversation, message, event, *more)
    return message


def _rouse(conversation: Conversation) -> str:
    """Open a conversation whose customer writes again; return the change, if agents should be told of it."""
    before = conversation.status
    if before == Status.OPEN:
        return ""
    conversation.status, conversation.snoozed_until, conversation.resolved_at = Status.OPEN, None, None
    conversation.version += 1
    if before == Status.RESOLVED:
        conversation.reopened_times += 1
        return "reopened"
    return "woken" if before == Status.SNOOZED else ""


def _line(conversation: Conversation, change: str, at: datetime, **facts: str) -> Message:
    conversation.message_seq += 1
    return Message(
        conversation=conversation,
        seq=conversation.message_seq,
        kind=Message.Kind.EVENT,
        created_at=at,
        detail={"event": change, "by_customer": True, **facts},
    )


def _show(conversation: Conversation, event: MessageReceived) -> None:
    conversation.preview = build_preview(
        (event.text or event.quoted_text or event.title).replace("\x00", ""), event.layout
    )
    conversation.preview_ours, conversation.automatic = False, bool(event.auto)


def _start_waiting(conversation: Conversation, event: MessageReceived, queue: Queue) -> None:
    if event.auto:
        return
    conversation.waiting_since = conversation.waiting_since or event.received_at
    if queue.answer_within and conversation.next_due_at is None:
        conversation.next_due_at = conversation.waiting_since + timedelta(minutes=queue.answer_within)


def _queue_of(event: MessageReceived) -> Queue:
    """Return the channel's queue, else the default one, which is made where nobody has made any queue."""
    led = Queue.objects.filter(channels=event.channel_id).order_by("position", "key").first()
    if led is not None:
        return led
    fallback, _made = Queue.objects.get_or_create(
        is_default=True, defaults={"slug": "inbox", "name": "Inbox", "name_pt": "Caixa de entrada"}
    )
    return fallback


def _changed(conversation: Conversation, change: str, at: datetime) -> ConversationChanged:
    return ConversationChanged(
        conversation_id=conversation.pk,
        change=change,
        status=conversation.status,
        assignee_id=conversation.assignee_id,
        queue_id=conversation.queue_id,
        actor_id=None,
        at=at,
    )


def _tell(conversation: Conversation, message: Message, event: MessageReceived, *before: Event) -> None:
    threaded = MessageThreaded(
        conversation_id=conversation.pk,
        message_id=message.pk,
        seq=message.seq,
        automatic=bool(event.auto),
        at=event.received_at,
        raw_event_id=event.raw_event_id,
    )
    publish_all([*before, threaded], now=event.received_at)
    poke_conversation(conversation, *([f"user:{conversation.assignee_id}"] if conversation.assignee_id else []))
