"""The email instead of an SMS: whom it may still follow, and who got none because the campaign was over."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from campaigns.models import Campaign, Recipient
from campaigns.models.recipient import SOURCE
from engagement.channels.models import Transmission
from engagement.channels.selectors.groups import progress as states_of

State = Transmission.State
LOST = (State.FAILED, State.BOUNCED, State.REFUSED)
# How long a campaign waits for the receipts of its SMS. Carriers give up after a few hours (Twilio: ten by default).
RECEIPTS_WITHIN = timedelta(hours=12)
# A receipt that says "lost" is followed by the email within seconds; until then the campaign is not completed.
FOLLOWS_WITHIN = timedelta(minutes=2)
MANY = 10_000  # recipients: from here on receipts are looked for once a minute
# Refusals of the gate that are about the address; every other is about the person, or about us.
UNREACHABLE = frozenset({"recipient_invalid", "recipient_is_robot", "address_closed", "address_passed_on"})


def awaits_receipts(campaign: Campaign, *, now: datetime) -> bool:
    """Say whether the email may still have to follow an SMS: then the campaign is not completed yet."""
    if not _has_fallback(campaign):
        return False
    states = states_of(campaign.pk)
    if not any(states.get(state) for state in (State.ACCEPTED, State.UNKNOWN, *LOST)):
        return False
    key = f"campaign:{campaign.pk}:receipts:{now:%Y%m%d%H%M}"
    if (campaign.segment_size or 0) >= MANY and cache.get(key):
        return True
    found = _awaited(campaign, now).exists()
    if found:
        cache.set(key, True, timeout=60)
    return found


def awaited(campaign: Campaign, *, now: datetime) -> tuple[int, datetime | None]:
    """Count whom the email may still follow, and until when the campaign waits for it. One query."""
    if not _has_fallback(campaign) or campaign.status not in (Campaign.Status.SENDING, Campaign.Status.PAUSED):
        return 0, None
    handed = Subquery(_messages().filter(_without_receipt(now)).values("handed_at")[:1])
    rows = _open_recipients(campaign).annotate(handed=handed).filter(handed__isnull=False)
    found = rows.aggregate(people=Count("key"), last=Max("handed"))
    if found["last"] is None:
        return 0, None
    until = found["last"] + RECEIPTS_WITHIN
    return found["people"], min(until, campaign.ends_at) if campaign.ends_at else until


def lost_after_the_end(campaign: Campaign) -> QuerySet[Recipient]:
    """Whose SMS was lost when the campaign was over already, so that no email followed."""
    if not _has_fallback(campaign) or not campaign.is_over or campaign.over_at is None:
        return Recipient.objects.none()
    over = campaign.over_at if campaign.ends_at is None else min(campaign.over_at, campaign.ends_at)
    lost = _messages().filter(state__in=(State.FAILED, State.BOUNCED), state_at__gte=over, channel__kind="sms")
    return _open_recipients(campaign).filter(Exists(lost))


def _has_fallback(campaign: Campaign) -> bool:
    return campaign.plan == Campaign.Plan.SMS_ELSE_EMAIL


def _open_recipients(campaign: Campaign) -> QuerySet[Recipient]:
    """Who has an email address for the case that the SMS is lost, and has got no email."""
    queued = Recipient.objects.filter(campaign=campaign, state=Recipient.State.QUEUED, fell_back_at=None)
    return queued.exclude(fallback_address="")


def _awaited(campaign: Campaign, now: datetime) -> QuerySet[Recipient]:
    unreachable = ~Q(state=State.REFUSED) | Q(error_code__in=UNREACHABLE)
    just_lost = Q(state__in=LOST, state_at__gt=now - FOLLOWS_WITHIN) & unreachable
    messages = _messages().filter(_without_receipt(now) | just_lost)
    return _open_recipients(campaign).filter(Exists(messages))


def _without_receipt(now: datetime) -> Q:
    return Q(state__in=(State.ACCEPTED, State.UNKNOWN), handed_at__gt=now - RECEIPTS_WITHIN)


def _messages() -> QuerySet[Transmission]:
    return Transmission.objects.filter(source=SOURCE, source_id=OuterRef("key"))
