"""What people did after a campaign's message: answered it, unsubscribed. Each is written down once."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from campaigns.models import Recipient
from campaigns.models.recipient import SOURCE
from engagement.channels.models import Transmission
from engagement.events.catalogue import CampaignAnswered
from engagement.events.outbox import publish
from engagement.realtime.topics import poke


def note_answer(*, transmission_id: UUID, conversation_id: UUID, now: datetime) -> Recipient | None:
    """A conversation began with an answer to this message; the first one counts. None: not a campaign's message."""
    with transaction.atomic():
        recipient = _recipient_of(transmission_id)
        if recipient is None or recipient.answered_at is not None:
            return recipient
        recipient.answered_at, recipient.conversation_id = now, conversation_id
        recipient.save(update_fields=["answered_at", "conversation_id"])
        publish(
            CampaignAnswered(
                campaign_id=recipient.campaign_id,
                recipient_id=recipient.pk,
                profile_id=recipient.profile_id,
                conversation_id=conversation_id,
                at=now,
            ),
            now=now,
        )
        poke(f"campaign:{recipient.campaign_id}")
    return recipient


def note_unsubscription(*, transmission_id: UUID, now: datetime) -> Recipient | None:
    """Consent was withdrawn by a link of this message; the first time counts. None: not a campaign's message."""
    with transaction.atomic():
        recipient = _recipient_of(transmission_id)
        if recipient is None or recipient.unsubscribed_at is not None:
            return recipient
        recipient.unsubscribed_at = now
        recipient.save(update_fields=["unsubscribed_at"])
        poke(f"campaign:{recipient.campaign_id}")
    return recipient


def _recipient_of(transmission_id: UUID) -> Recipient | None:
    whose = Transmission.objects.filter(pk=transmission_id, source=SOURCE).values("source_id")
    return Recipient.objects.select_for_update(no_key=True).filter(pk__in=whose).first()
