"""What became of a recipient's message, when it did not reach them: the e-mail instead of the SMS, or the reason."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from campaigns.actions.waves import transmission
from campaigns.models import Campaign, Recipient
from engagement.channels.actions.transmit_many import transmit_many
from engagement.channels.delivery.waking import wake_delivery
from engagement.channels.models import Transmission
from engagement.realtime.topics import poke

State = Transmission.State
LOST = (State.FAILED, State.BOUNCED, State.REFUSED)


def note_loss(*, transmission_id: UUID, now: datetime) -> Recipient | None:
    """React to a message that did not reach its recipient; safe to repeat.

    An SMS that failed, came back or was refused is followed by the e-mail, once, where the launch had found an address
    for it and the campaign is not over its end. What the gate refused and nothing follows is not written to: the
    recipient keeps the gate's code.
    """
    with transaction.atomic():
        lost = Transmission.objects.select_related("channel").get(pk=transmission_id)
        recipient = Recipient.objects.select_for_update(no_key=True).filter(pk=lost.source_id).first()
        if recipient is None or lost.state not in LOST:
            return None
        campaign = Campaign.objects.select_related("email_channel", "email_revision").get(pk=recipient.campaign_id)
        if _may_fall_back(campaign, recipient, lost, now):
            _fall_back(campaign, recipient, now)
        elif lost.state == State.REFUSED and not _has_another(recipient, lost):
            recipient.state, recipient.code = Recipient.State.SKIPPED, lost.error_code or "refused"
            recipient.save(update_fields=["state", "code"])
        poke(f"campaign:{campaign.pk}")
    return recipient


def _may_fall_back(campaign: Campaign, recipient: Recipient, lost: Transmission, now: datetime) -> bool:
    if lost.channel.kind == "email" or not recipient.fallback_address or recipient.fell_back_at is not None:
        return False
    if campaign.status == Campaign.Status.STOPPED or (campaign.ends_at is not None and campaign.ends_at <= now):
        return False
    return campaign.email_channel is not None and campaign.email_revision is not None


def _has_another(recipient: Recipient, lost: Transmission) -> bool:
    """Another message of this recipient is on its way or arrived."""
    others = Transmission.objects.filter(source=lost.source, source_id=recipient.pk).exclude(pk=lost.pk)
    return others.exclude(state__in=[*LOST, State.CANCELLED]).exists()


def _fall_back(campaign: Campaign, recipient: Recipient, now: datetime) -> None:
    row = transmission(
        campaign=campaign,
        recipient=recipient,
        channel=campaign.email_channel,  # type: ignore[arg-type]  # by _may_fall_back
        content_hash=campaign.email_revision.content_hash,  # type: ignore[union-attr]
        address=recipient.fallback_address,
        locale=recipient.fallback_locale,
        not_before=now,
        now=now,
    )
    transmit_many([row])
    recipient.fell_back_at = now
    recipient.save(update_fields=["fell_back_at"])
    wake_delivery(not_before=now, now=now)
