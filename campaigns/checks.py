"""What the operating model asks of campaigns. Each is one or two set-based queries over our own tables."""

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy, gettext_noop

from campaigns.models import Campaign, Recipient
from campaigns.segments.asking import ask
from engagement.channels.models import Group, Transmission
from engagement.channels.selectors.groups import progress_of
from engagement.operations.checklist import Evidence, Item, Measured, measure_nothing, register
from engagement.operations.phrases import Kept, phrase
from engagement.organization.current import current_organization
from engagement.village.models import AuditEntry

YEAR, QUARTER = timedelta(days=365), timedelta(days=90)
SHOWN = 50
MAX_CAMPAIGNS = 1000
REACHED = ("accepted", "delivered", "read", "bounced", "complained")  # what left for certain
_BY_CAMPAIGN = f" GROUP BY campaign.key, campaign.name ORDER BY 3 DESC, campaign.key DESC LIMIT {SHOWN}"
# Of the messages that left in 90 days: with the words that the launch bound; to people whose consent held then.
_APPROVED = """
SELECT count(*) FILTER (WHERE message.content_hash IN (email.content_hash, sms.content_hash)), count(*)
FROM campaigns_campaign campaign
LEFT JOIN content_revision email ON email.key = campaign.email_revision_id
LEFT JOIN content_revision sms ON sms.key = campaign.sms_revision_id
JOIN engagement_channels_transmission message ON message.group_id = campaign.key
WHERE campaign.launched_at >= %(since)s AND message.handed_at IS NOT NULL
"""
_UNAPPROVED = f"""
SELECT campaign.key, campaign.name, count(*)
FROM campaigns_campaign campaign
LEFT JOIN content_revision email ON email.key = campaign.email_revision_id
LEFT JOIN content_revision sms ON sms.key = campaign.sms_revision_id
JOIN engagement_channels_transmission message ON message.group_id = campaign.key
WHERE campaign.launched_at >= %(since)s AND message.handed_at IS NOT NULL
    AND (message.content_hash IN (email.content_hash, sms.content_hash)) IS NOT TRUE
{_BY_CAMPAIGN}
"""  # noqa: S608 - constants only
_HAD_SAID_NO = """EXISTS (
        SELECT FROM profiles_consentstate consent JOIN engagement_channels_channel channel
            ON channel.key = message.channel_id AND consent.channel = channel.kind
        WHERE consent.profile_id = message.profile_id AND consent.purpose = 'marketing'
          AND NOT consent.granted AND consent.since < message.handed_at)"""
_LEFT = """
FROM campaigns_campaign campaign
JOIN engagement_channels_transmission message ON message.group_id = campaign.key
WHERE campaign.launched_at >= %(since)s AND message.handed_at IS NOT NULL
"""
_CONSENTED = f"SELECT count(*) FILTER (WHERE NOT {_HAD_SAID_NO}), count(*) {_LEFT}"
_AGAINST_CONSENT = f"SELECT campaign.key, campaign.name, count(*) {_LEFT} AND {_HAD_SAID_NO} {_BY_CAMPAIGN}"
# Written to although a deal of theirs was held or closing when the message left, as the deal has stood since then.
_DESPITE_A_DEAL = f"""
SELECT campaign.key, campaign.name, count(DISTINCT message.profile_id) {_LEFT} AND EXISTS (
    SELECT FROM profiles_profile person
    JOIN profiles_profile family ON COALESCE(family.canonical_id, family.key)
        = COALESCE(person.canonical_id, person.key)
    JOIN profiles_deal deal ON deal.profile_id = family.key
    WHERE person.key = message.profile_id AND deal.changed_at < message.handed_at
      AND deal.stage NOT IN ('won', 'lost')
      AND (deal.held OR deal.stage = 'closing')
      AND (deal.released_until IS NULL OR deal.released_until < message.handed_at))
{_BY_CAMPAIGN}
"""  # noqa: S608 - constants only


def _share(good: int, rows: int) -> float | None:
    return 100.0 * good / rows if rows else None


def _launched(now: datetime, since: timedelta) -> QuerySet[Campaign]:
    return Campaign.objects.exclude(status=Campaign.Status.DRAFT).filter(launched_at__gte=now - since)


def _campaigns(rows: QuerySet[Campaign], failing: QuerySet[Campaign], why: Kept) -> Measured:
    count, wrong = rows.count(), failing.count()
    evidence = tuple(
        Evidence(one.name, why, reverse("campaigns:campaign", args=[one.pk]))
        for one in failing.order_by("-key")[:SHOWN]
    )
    return Measured(_share(count - wrong, count), count, evidence)


def _of_each(statement: str, since: datetime, words: str) -> tuple[Evidence, ...]:
    """Rows of (campaign, its name, how many): the campaigns with the most first."""
    return tuple(
        Evidence(name, phrase(words, count=count), reverse("campaigns:campaign", args=[key]))
        for key, name, count in ask(statement, {"since": since})
    )


def complete(now: datetime) -> Measured:
    """The share of launched campaigns that say what for, whose, for how much and until when."""
    rows = _launched(now, YEAR)
    lacks = Q(objective="") | Q(owner=None) | Q(budget=None) | Q(ends_at=None)
    return _campaigns(rows, rows.filter(lacks), phrase(gettext_noop("does not say objective, owner, budget or end")))


def approved_words(now: datetime) -> Measured:
    """The share of what left whose words are exactly those that were approved."""
    good, rows = ask(_APPROVED, {"since": now - QUARTER})[0]
    words = gettext_noop("messages with other words: %(count)s")
    return Measured(_share(good, rows), rows, _of_each(_UNAPPROVED, now - QUARTER, words))


def consent_honoured(now: datetime) -> Measured:
    """The share of what left to people who had not said no before."""
    good, rows = ask(_CONSENTED, {"since": now - QUARTER})[0]
    words = gettext_noop("messages after a refusal: %(count)s")
    return Measured(_share(good, rows), rows, _of_each(_AGAINST_CONSENT, now - QUARTER, words))


def capped(now: datetime) -> Measured:
    """The share of launched campaigns with a cap over all channels."""
    rows = _launched(now, YEAR)
    return _campaigns(rows, rows.filter(cap_count=0), phrase(gettext_noop("has no cap of its own")))


def compared(now: datetime) -> Measured:
    """The share of launched campaigns with a control group or a recorded exception."""
    rows = _launched(now, YEAR)
    why = phrase(gettext_noop("has neither a control group nor a reason"))
    return _campaigns(rows, rows.filter(holdout_percent=0, holdout_exception=""), why)


def size_recorded(now: datetime) -> Measured:
    """The share of launched campaigns whose segment was counted when it was frozen."""
    rows = _launched(now, YEAR).exclude(status=Campaign.Status.LAUNCHING)
    return _campaigns(rows, rows.filter(segment_size=None), phrase(gettext_noop("was never frozen")))


def unsubscribed(now: datetime) -> Measured:
    """Of those who were written to, the share that unsubscribed by the message."""
    rows = Recipient.objects.filter(campaign__launched_at__gte=now - QUARTER, state=Recipient.State.QUEUED)
    gone = rows.filter(unsubscribed_at__isnull=False)
    count = rows.count()
    evidence = _most_of(gone, gettext_noop("unsubscribed: %(count)s"))
    return Measured(_share(gone.count(), count), count, evidence)


def _most_of(rows: QuerySet[Recipient], words: str) -> tuple[Evidence, ...]:
    """The campaigns that these recipients belong to, those with the most first."""
    counted = rows.order_by().values("campaign_id", "campaign__name").annotate(n=Count("key"))
    return tuple(
        Evidence(
            one["campaign__name"],
            phrase(words, count=one["n"]),
            reverse("campaigns:campaign", args=[one["campaign_id"]]),
        )
        for one in counted.order_by("-n", "-campaign_id")[:SHOWN]
    )


def failover_exercised(now: datetime) -> Measured:
    """How many people got the e-mail because the SMS did not arrive."""
    rows = Recipient.objects.filter(campaign__launched_at__gte=now - YEAR).exclude(fallback_address="")
    count, used = rows.count(), rows.filter(fell_back_at__isnull=False)
    never = rows.exclude(campaign__in=used.order_by().values("campaign"))
    evidence = _most_of(never, gettext_noop("people with an email address to fall back to, none was used: %(count)s"))
    return Measured(float(used.count()) if count else None, count, evidence)


def deals_left_out(now: datetime) -> Measured:
    """Of the people with a deal about to close or held, or an open complaint: the share that was left out."""
    rows = Recipient.objects.filter(campaign__launched_at__gte=now - YEAR)
    left_out = rows.filter(code__in=["deal_closing", "deal_held", "open_complaint"]).count()
    despite = ask(_DESPITE_A_DEAL, {"since": now - YEAR})
    count = left_out + sum(people for _key, _name, people in despite)
    words = gettext_noop("written to in spite of a deal: %(count)s")
    evidence = tuple(
        Evidence(name, phrase(words, count=people), reverse("campaigns:campaign", args=[key]))
        for key, name, people in despite
    )
    return Measured(_share(left_out, count), count, evidence)


def answers_linked(now: datetime) -> Measured:
    """The share of answers to campaigns that stand in a conversation."""
    rows = Recipient.objects.filter(campaign__launched_at__gte=now - YEAR, answered_at__isnull=False)
    count, linked = rows.count(), rows.filter(conversation_id__isnull=False)
    evidence = _most_of(rows.filter(conversation_id=None), gettext_noop("replies without a conversation: %(count)s"))
    return Measured(_share(linked.count(), count), count, evidence)


def measure_complaint_pauses(now: datetime) -> Measured:
    """Of the launched campaigns of which too many complained: the share that was paused for it by itself."""
    launched = {one.pk: one for one in _launched(now, YEAR).order_by("-key")[:MAX_CAMPAIGNS]}
    ours = current_organization()
    spiking = []
    for key, counts in progress_of(list(launched)).items():
        reached = sum(counts.get(state, 0) for state in REACHED)
        complained = counts.get(Transmission.State.COMPLAINED, 0)
        if reached >= ours.complaints_minimum and complained >= ours.complaints_limit * reached:
            spiking.append(key)
    held = set(Group.objects.filter(pk__in=spiking, hold_reason="complaints").values_list("pk", flat=True))
    paused = AuditEntry.objects.filter(
        action="campaign.paused",
        subject_type=Campaign._meta.label_lower,
        subject_id__in=[str(key) for key in spiking],
        detail__reason="complaints",
    )
    stopped = {str(key) for key in held} | set(paused.values_list("subject_id", flat=True))
    went_on = [key for key in spiking if str(key) not in stopped]
    why = phrase(gettext_noop("too many complained and it was not paused"))
    evidence = tuple(
        Evidence(launched[key].name, why, reverse("campaigns:campaign", args=[key])) for key in went_on[:SHOWN]
    )
    return Measured(_share(len(spiking) - len(went_on), len(spiking)), len(spiking), evidence)


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
            finding=gettext_lazy("“%(first)s” %(why)s"),
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
            finding=gettext_lazy("“%(first)s”: %(why)s"),
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
            finding=gettext_lazy("“%(first)s”: %(why)s"),
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
            finding=gettext_lazy("“%(first)s” %(why)s"),
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
            finding=gettext_lazy("“%(first)s” %(why)s"),
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
            finding=gettext_lazy("%(figure)s unsubscribed by a campaign’s message, target %(target)s"),
        ),
        Item(
            "campaign.conversions",
            "campaign",
            "analyse",
            gettext_lazy("Conversions are attributed with a declared model"),
            measure_nothing,
            100,
            mend_at=AT,
            order=40,
            needs="conversion_tracking",
        ),
        Item(
            "campaign.complaint-pauses",
            "campaign",
            "automate",
            gettext_lazy("A campaign pauses by itself when too many complain"),
            measure_complaint_pauses,
            100,
            mend_at=AT,
            order=15,
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
            finding=gettext_lazy("SMS with email fallback was never exercised"),
        ),
        Item(
            "campaign.deals",
            "campaign",
            "automate",
            gettext_lazy("People with a deal about to close or an open complaint are left out by themselves"),
            deals_left_out,
            100,
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
