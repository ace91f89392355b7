"""Mark a received message with what became known about its sender."""

from django.db import transaction

from conversations.actions.entries import poke_conversation
from conversations.models import Message
from engagement.events.catalogue import SenderChecked


@transaction.atomic(savepoint=False)  # the relay has set one just before
def mark_sender(event: SenderChecked) -> None:
    """Keep the result with the message. Safe to repeat; nothing where the message is gone."""
    messages = Message.objects.select_related("conversation").select_for_update(of=("self",)).defer("search")
    message = messages.filter(raw_event_key=event.raw_event_id, item=0).first()
    if message is None or message.detail.get("sender_check") == event.check:
        return
    message.detail = message.detail | {"sender_check": event.check}
    message.save(update_fields=["detail"])
    if event.check.get("verdict") == "failed":
        poke_conversation(message.conversation)
