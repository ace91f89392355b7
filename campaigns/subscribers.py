"""What campaigns learn from others."""

from uuid import UUID

from campaigns.actions import effects, failover, steering
from campaigns.models import Campaign
from campaigns.models.campaign import PURPOSE
from campaigns.models.recipient import SOURCE
from campaigns.notify import notify_held
from campaigns.selectors.fallback import LOST
from engagement.events.catalogue import ConsentChanged, ConversationOpened, DeliveryReported, GroupHeld, ReplyConfirmed
from engagement.events.subscriptions import subscribe
from engagement.profiles.models import Consent


@subscribe(DeliveryReported)
def follow_what_was_lost(event: DeliveryReported) -> None:
    """Let the e-mail follow an SMS that did not arrive; keep why the gate refused."""
    if event.source == SOURCE and event.state in LOST:
        failover.note_loss(transmission_id=event.transmission_id, now=event.at)


@subscribe(ConversationOpened)
def count_an_answer(event: ConversationOpened) -> None:
    """A conversation that answers a campaign's message counts for the campaign, unless it asks for no more of them."""
    if event.answers_id is not None and not event.is_opt_out_request:
        effects.note_answer(transmission_id=event.answers_id, conversation_id=event.conversation_id, now=event.at)


@subscribe(ReplyConfirmed)
def count_a_confirmed_reply(event: ReplyConfirmed) -> None:
    """A person says that what looked like an opt-out request is a reply."""
    effects.note_answer(transmission_id=event.answers_id, conversation_id=event.conversation_id, now=event.at)


@subscribe(ConsentChanged)
def count_an_unsubscription(event: ConsentChanged) -> None:
    """A withdrawal counts for the campaign whose message it answers: by its link, or by a word such as STOP."""
    if event.granted or event.purpose != PURPOSE:
        return
    evidence = Consent.objects.filter(pk=event.consent_id).values_list("evidence", flat=True).first() or {}
    try:
        seen = UUID(str(evidence.get("transmission", "")))
    except ValueError:
        if evidence.get("raw_event"):  # they wrote it themselves
            effects.note_opt_out_reply(profile_id=event.profile_id, channel=event.channel, now=event.at)
        return
    effects.note_unsubscription(transmission_id=seen, now=event.at)


@subscribe(GroupHeld)
def pause_what_is_held(event: GroupHeld) -> None:
    """The delivery path holds a campaign by itself when too many complain, or too many messages cannot be written:
    the campaign is paused and says why, and its owner is notified.
    """
    if not event.reason:
        return  # a person of ours did it, and the campaign knows
    campaign = Campaign.objects.select_related("owner", "launched_by").filter(pk=event.group_id).first()
    if campaign is None or campaign.is_draft:
        return
    if not campaign.is_over:
        steering.pause(campaign=campaign, actor=None, now=event.at, reason=event.reason)
    notify_held(campaign=campaign, reason=event.reason, now=event.at)
