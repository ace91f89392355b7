"""What became of a recipient's message, when it did not reach them: the e-mail instead of the SMS, or the reason."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from campaigns.actions.waiting import standings, withdrawn_since
from campaigns.actions.waves import transmission
from campaigns.models import Campaign, Recipient
from campaigns.selectors.fallback import LOST, UNREACHABLE
from engagement.channels.actions.learn import was_stopped
from engagement.channels.actions.transmit_many import transmit_many
from engagement.channels.delivery.waking import wake_delivery
from engagement.channels.models import Transmission
from engagement.realtime.topics import poke

State = Transmission.State
OUR_FAULT = frozenset({"render_failed", "no_renderer", "nothing_to_send", "text_too_long", "wrong_words"})


def note_loss(*, transmission_id: UUID, now: datetime) -> Recipient | None:
    """React to a message that did not reach its recipient; safe to repeat.

    An SMS that could not arrive is followed by the e-mail, once, where the launch had found an address for it and the
    campaign is neither completed nor stopped nor over its end. Who opted out, by whatever channel, gets neither. What
    the gate refused and nothing follows is not written to: the recipient keeps the gate's code. Where the gate refused
    the e-mail, the SMS failed.
    """
    with transaction.atomic():
        lost = Transmission.objects.select_related("channel").get(pk=transmission_id)
        _lock_campaign(lost)
        recipient = Recipient.objects.select_for_update(no_key=True).filter(pk=lost.source_id).first()
        if recipient is None or lost.state not in LOST:
            return None
        campaign = Campaign.objects.select_related("email_channel", "email_revision").get(pk=recipient.campaign_id)
        if _may_fall_back(campaign, recipient, lost, now):
            _fall_back(campaign, recipient, now)
        if lost.state == State.REFUSED and not _has_another(recipient, lost):
            _keep_refusal(recipient, lost)
        poke(f"campaign:{campaign.pk}")
    return recipient


def _lock_campaign(lost: Transmission) -> None:
    """Where something may be queued, a stop waits for it or comes first: before the recipient, as everywhere."""
    if lost.channel.kind == "email":
        return
    campaign_id = Recipient.objects.filter(pk=lost.source_id).values_list("campaign_id", flat=True).first()
    if campaign_id is not None:
        Campaign.objects.lock(campaign_id)


def _may_fall_back(campaign: Campaign, recipient: Recipient, lost: Transmission, now: datetime) -> bool:
    if lost.channel.kind == "email" or not recipient.fallback_address or recipient.fell_back_at is not None:
        return False
    if not did_not_arrive(lost):
        return False
    if campaign.is_over or (campaign.ends_at is not None and campaign.ends_at <= now):
        return False
    return campaign.email_channel is not None and campaign.email_revision is not None


def did_not_arrive(lost: Transmission) -> bool:
    """Say whether the address or its network is why: not the person, who wants none, nor a fault of ours."""
    if lost.state == State.REFUSED:
        return lost.error_code in UNREACHABLE
    return not was_stopped(lost) and lost.error_code not in OUR_FAULT


def _keep_refusal(recipient: Recipient, lost: Transmission) -> None:
    if recipient.fell_back_at is None:
        recipient.state, recipient.code = Recipient.State.SKIPPED, lost.error_code or "refused"
    else:  # the SMS failed, and there is no e-mail instead
        recipient.fell_back_at, recipient.fallback_address = None, ""
    recipient.save(update_fields=["state", "code", "fell_back_at", "fallback_address"])


def _has_another(recipient: Recipient, lost: Transmission) -> bool:
    """Another message of this recipient is on its way or arrived."""
    others = Transmission.objects.filter(source=lost.source, source_id=recipient.pk).exclude(pk=lost.pk)
    return others.exclude(state__in=[*LOST, State.CANCELLED]).exists()


def _fall_back(campaign: Campaign, recipient: Recipient, now: datetime) -> None:
    """Send the e-mail to the address that is open now; to nobody who has opted out since the launch."""
    standing = standings([recipient], fallback=True, channel="email").get(recipient.key)
    if standing is None or not standing.address:
        return
    if withdrawn_since(campaign=campaign, people=[standing.person_id]):
        return
    row = transmission(
        campaign=campaign,
        recipient=recipient,
        channel=campaign.email_channel,  # type: ignore[arg-type]  # by _may_fall_back
        content_hash=campaign.email_revision.content_hash,  # type: ignore[union-attr]
        address=standing.address,
        locale=recipient.fallback_locale,
        not_before=now,
        now=now,
    )
    transmit_many([row])
    recipient.fell_back_at = now
    recipient.save(update_fields=["fell_back_at"])
    wake_delivery(not_before=now, now=now)
