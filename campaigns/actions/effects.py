"""What people did after a campaign's message: answered it, unsubscribed. Each is written down once."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from campaigns.models import Recipient
from campaigns.models.recipient import SOURCE
from engagement.channels.models import Transmission
from engagement.events.catalogue import CampaignAnswered
from engagement.events.outbox import publish
from engagement.profiles.family import family_of
from engagement.realtime.topics import poke

State = Transmission.State
REACHED = (State.ACCEPTED, State.DELIVERED, State.READ, State.COMPLAINED, State.UNKNOWN)
OPT_OUT_FOLLOWS_WITHIN = timedelta(days=30)


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


def note_opt_out_reply(*, profile_id: UUID, channel: str, now: datetime) -> Recipient | None:
    """Consent was withdrawn by a word that names no message (STOP): it counts for the last campaign message before it.

    ``channel`` empty: for every channel. None: no campaign wrote to them in the last 30 days.
    """
    sent = Transmission.objects.filter(
        source=SOURCE,
        profile_id__in=family_of(profile_id),
        state__in=REACHED,
        handed_at__gt=now - OPT_OUT_FOLLOWS_WITHIN,
        handed_at__lte=now,
    )
    if channel:
        sent = sent.filter(channel__kind=channel)
    last = sent.order_by("-handed_at", "-key").values_list("pk", flat=True).first()
    return note_unsubscription(transmission_id=last, now=now) if last else None


def _recipient_of(transmission_id: UUID) -> Recipient | None:
    whose = Transmission.objects.filter(pk=transmission_id, source=SOURCE).values("source_id")
    return Recipient.objects.select_for_update(no_key=True).filter(pk__in=whose).first()
