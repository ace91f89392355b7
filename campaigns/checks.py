"""What the operating model asks of campaigns. Each is one or two set-based queries over our own tables."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Campaign, Recipient
from campaigns.segments.asking import ask
from engagement.operations.checklist import Evidence, Item, Measured, register

YEAR, QUARTER = timedelta(days=365), timedelta(days=90)
SHOWN = 50
# Of the messages that left in 90 days: with the words that the launch bound; to people whose consent held then.
_APPROVED = """
SELECT count(*) FILTER (WHERE message.content_hash IN (email.content_hash, sms.content_hash)), count(*)
FROM campaigns_campaign campaign
LEFT JOIN content_revision email ON email.key = campaign.email_revision_id
LEFT JOIN content_revision sms ON sms.key = campaign.sms_revision_id
JOIN engagement_channels_transmission message ON message.group_id = campaign.key
WHERE campaign.launched_at >= %(since)s AND message.handed_at IS NOT NULL
"""
_CONSENTED = """
SELECT count(*) FILTER (WHERE NOT EXISTS (
        SELECT FROM profiles_consentstate consent JOIN engagement_channels_channel channel
            ON channel.key = message.channel_id AND consent.channel = channel.kind
        WHERE consent.profile_id = message.profile_id AND consent.purpose = 'marketing'
          AND NOT consent.granted AND consent.since < message.handed_at)), count(*)
FROM campaigns_campaign campaign
JOIN engagement_channels_transmission message ON message.group_id = campaign.key
WHERE campaign.launched_at >= %(since)s AND message.handed_at IS NOT NULL
"""


def _share(good: int, rows: int) -> float | None:
    return 100.0 * good / rows if rows else None


def _launched(now: datetime, since: timedelta) -> QuerySet[Campaign]:
    return Campaign.objects.exclude(status=Campaign.Status.DRAFT).filter(launched_at__gte=now - since)


def _campaigns(rows: QuerySet[Campaign], failing: QuerySet[Campaign], why: str) -> Measured:
    count, wrong = rows.count(), failing.count()
    evidence = tuple(
        Evidence(one.name, why, reverse("campaigns:campaign", args=[one.pk]))
        for one in failing.order_by("-key")[:SHOWN]
    )
    return Measured(_share(count - wrong, count), count, evidence)


def complete(now: datetime) -> Measured:
    """The share of launched campaigns that say what for, whose, for how much and until when."""
    rows = _launched(now, YEAR)
    lacks = Q(objective="") | Q(owner=None) | Q(budget=None) | Q(ends_at=None)
    return _campaigns(rows, rows.filter(lacks), _("does not say objective, owner, budget or end"))


def approved_words(now: datetime) -> Measured:
    """The share of what left whose words are exactly those that were approved."""
    good, rows = ask(_APPROVED, {"since": now - QUARTER})[0]
    return Measured(_share(good, rows), rows)


def consent_honoured(now: datetime) -> Measured:
    """The share of what left to people who had not said no before."""
    good, rows = ask(_CONSENTED, {"since": now - QUARTER})[0]
    return Measured(_share(good, rows), rows)


def capped(now: datetime) -> Measured:
    """The share of launched campaigns with a cap over all channels."""
    rows = _launched(now, YEAR)
    return _campaigns(rows, rows.filter(cap_count=0), _("has no cap of its own"))


def compared(now: datetime) -> Measured:
    """The share of launched campaigns with a control group or a recorded exception."""
    rows = _launched(now, YEAR)
    return _campaigns(rows, rows.filter(holdout_percent=0, holdout_exception=""), _("left nobody alone, for no reason"))


def size_recorded(now: datetime) -> Measured:
    """The share of launched campaigns whose segment was counted when it was frozen."""
    rows = _launched(now, YEAR).exclude(status=Campaign.Status.LAUNCHING)
    return _campaigns(rows, rows.filter(segment_size=None), _("was never frozen"))


def unsubscribed(now: datetime) -> Measured:
    """Of those who were written to, the share that unsubscribed by the message."""
    rows = Recipient.objects.filter(campaign__launched_at__gte=now - QUARTER, state=Recipient.State.QUEUED)
    count = rows.count()
    return Measured(_share(rows.filter(unsubscribed_at__isnull=False).count(), count), count)


def failover_exercised(now: datetime) -> Measured:
    """How many people got the e-mail because the SMS did not arrive."""
    rows = Recipient.objects.filter(campaign__launched_at__gte=now - YEAR).exclude(fallback_address="")
    count = rows.count()
    return Measured(float(rows.filter(fell_back_at__isnull=False).count()) if count else None, count)


def deals_left_out(now: datetime) -> Measured:
    """How many people were left out because a deal of theirs was about to close or held, or a complaint was open."""
    rows = Recipient.objects.filter(campaign__launched_at__gte=now - YEAR)
    count = rows.count()
    return Measured(
        float(rows.filter(code__in=["deal_closing", "deal_held", "open_complaint"]).count()) if count else None, count
    )


def answers_linked(now: datetime) -> Measured:
    """The share of answers to campaigns that stand in a conversation."""
    rows = Recipient.objects.filter(campaign__launched_at__gte=now - YEAR, answered_at__isnull=False)
    count = rows.count()
    return Measured(_share(rows.filter(conversation_id__isnull=False).count(), count), count)


AT = "campaigns:campaigns"


def register_items() -> None:
    """Called once, when the app is ready."""
    register(
        Item(
            "campaign.complete",
            "campaign",
            "govern",
            gettext_lazy("Each campaign has objective, owner, budget and end"),
            complete,
            100,
            mend_at=AT,
            order=10,
        ),
        Item(
            "campaign.approved",
            "campaign",
            "govern",
            gettext_lazy("What left has exactly the approved words"),
            approved_words,
            100,
            mend_at=AT,
            order=20,
        ),
        Item(
            "campaign.consent",
            "campaign",
            "govern",
            gettext_lazy("Nobody was written to who had said no"),
            consent_honoured,
            100,
            mend_at=AT,
            order=30,
        ),
        Item(
            "campaign.capped",
            "campaign",
            "govern",
            gettext_lazy("Each campaign keeps a cap over all channels"),
            capped,
            100,
            mend_at=AT,
            order=40,
        ),
        Item(
            "campaign.compared",
            "campaign",
            "analyse",
            gettext_lazy("Each campaign has a control group or a recorded exception"),
            compared,
            100,
            mend_at=AT,
            order=10,
        ),
        Item(
            "campaign.size",
            "campaign",
            "analyse",
            gettext_lazy("The size of the segment is recorded when it is frozen"),
            size_recorded,
            100,
            mend_at=AT,
            order=20,
        ),
        Item(
            "campaign.unsubscribed",
            "campaign",
            "analyse",
            gettext_lazy("Few unsubscribe by a campaign's message (90 days)"),
            unsubscribed,
            0.5,
            better="less",
            least=100,
            mend_at=AT,
            order=30,
        ),
        Item(
            "campaign.failover",
            "campaign",
            "automate",
            gettext_lazy("The e-mail that follows a lost SMS was exercised"),
            failover_exercised,
            1,
            unit="",
            mend_at=AT,
            order=10,
        ),
        Item(
            "campaign.deals",
            "campaign",
            "automate",
            gettext_lazy("People with a deal about to close or an open complaint are left out by themselves"),
            deals_left_out,
            1,
            unit="",
            mend_at=AT,
            order=20,
        ),
        Item(
            "campaign.answers",
            "campaign",
            "automate",
            gettext_lazy("Answers open conversations that know their campaign"),
            answers_linked,
            100,
            mend_at=AT,
            order=30,
        ),
    )
