"""What happens in conversations when something happened elsewhere."""

from conversations.actions.confirm_reply import confirm_reply
from conversations.actions.delivery import note_delivery
from conversations.actions.release import notify_of_release
from conversations.actions.reply import SOURCE
from conversations.actions.sender_check import mark_sender
from conversations.actions.threading import thread
from engagement.events.catalogue import (
    ConversationReleased,
    DeliveryReported,
    MessageReceived,
    OptOutJudged,
    SenderChecked,
)
from engagement.events.subscriptions import subscribe


@subscribe(MessageReceived)
def thread_received(event: MessageReceived) -> None:
    """Put a received message into its conversation."""
    thread(event)


@subscribe(SenderChecked)
def show_sender_check(event: SenderChecked) -> None:
    """Mark the message with what became known about its sender."""
    mark_sender(event)


@subscribe(DeliveryReported)
def show_delivery(event: DeliveryReported) -> None:
    """Show in the thread how far an answer has come."""
    if event.source == SOURCE:
        note_delivery(message_key=event.source_id)


@subscribe(OptOutJudged)
def count_reply_after_all(event: OptOutJudged) -> None:
    """What is no opt-out is a reply like any other."""
    if not event.honoured:
        confirm_reply(raw_event_id=event.raw_event_id, now=event.at)


@subscribe(ConversationReleased)
def tell_of_release(event: ConversationReleased) -> None:
    """Tell who works on the queue that a customer of somebody who left has written."""
    notify_of_release(conversation_id=event.conversation_id, person_id=event.person_id, now=event.at)
