"""How far an answer has come, as its thread shows it."""

from uuid import UUID

from django.db import transaction

from conversations.actions.entries import poke_conversation
from conversations.models import Message
from engagement.channels.models import Transmission


@transaction.atomic
def note_delivery(*, message_key: UUID) -> bool:
    """Copy the present state of an answer's transmission to its entry; return whether that changed anything.

    The transmission's state only moves forwards, so reading it is right in whatever order the news come. An answer
    that was taken back meanwhile has no transmission any more and is left alone.
    """
    message = (
        Message.objects.select_for_update(of=("self",))
        .select_related("conversation")
        .defer("search")
        .filter(pk=message_key, transmission_id__isnull=False)
        .first()
    )
    if message is None or message.transmission_id is None:
        return False
    sent = Transmission.objects.get(key=message.transmission_id)
    detail = sent.error or sent.error_code  # a code is shown as its sentence
    if (message.delivery_state, message.delivery_detail) == (sent.state, detail):
        return False
    message.delivery_state, message.delivery_detail = sent.state, detail
    message.save(update_fields=["delivery_state", "delivery_detail"])
    poke_conversation(message.conversation, *([f"user:{message.author_id}"] if message.author_id else []))
    return True
