"""Who takes part in a conversation, beside us and its endpoint."""

from collections.abc import Iterable
from datetime import datetime

from conversations.models import Conversation, Participant
from engagement.channels.actions.transmit import Recipient
from engagement.profiles.addresses import normalised


def join_recipients(conversation: Conversation, people: Iterable[Recipient], *, now: datetime) -> list[str]:
    """Let those whom an answer goes to take part, so that their answers find the conversation.

    Return the normalised addresses of who did not take part before.
    """
    endpoint = conversation.endpoint
    known = {endpoint.address_norm, *(one.address_norm for one in conversation.participants.all())}
    rows = [
        Participant(
            conversation=conversation,
            address=one["address"],
            address_norm=norm,
            name=one["name"],
            role=one["role"],
            joined_at=now,
        )
        for one in people
        if (norm := normalised(endpoint.identity.kind, one["address"])) not in known
    ]
    Participant.objects.bulk_create(rows, ignore_conflicts=True)
    return [row.address_norm for row in rows]
