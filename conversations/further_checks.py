"""What else the operating model asks of the conversations: legal basis, sensitive reads, duplicates, routing."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy, gettext_noop

from collaboration.models import Handoff
from conversations.actions.read import SUBJECT
from conversations.models import Conversation, Message
from engagement import statements
from engagement.operations.checklist import Evidence, Item, Measured, measure_nothing, register
from engagement.operations.phrases import Kept, in_both, phrase
from engagement.partitions import first_key
from engagement.profiles.models import MergeLook, MergeProposal, Profile
from engagement.village.models import AuditEntry

DAY, MONTH, QUARTER = timedelta(days=1), timedelta(days=30), timedelta(days=90)
MAX_EVIDENCE = 50
SENSITIVE_READS = ("profile.attribute_uncovered", "people.exported", "data_request.file_taken")
BACK_OFFICE = ("finance", "legal", "human-resources")

# Of what left in thirty days. Marketing needs a consent that held when it left: what holds now, if it began before;
# else the ledger's last line of then. Service needs that nobody had refused. An answer has its basis in the
# conversation: somebody of ours wrote it, or the customer had written.
_SENT = """
FROM engagement_channels_transmission message
JOIN engagement_channels_channel channel ON channel.key = message.channel_id
LEFT JOIN profiles_profile written_for ON written_for.key = message.profile_id
LEFT JOIN profiles_consentstate consent
    ON consent.profile_id = coalesce(written_for.canonical_id, written_for.key)
    AND consent.channel = channel.kind AND consent.purpose = message.purpose
CROSS JOIN LATERAL (SELECT CASE
    WHEN message.purpose = 'conversation' THEN message.requested_by_id IS NOT NULL OR EXISTS (
        SELECT FROM conversations_message answer
        JOIN conversations_message received ON received.conversation_id = answer.conversation_id
        WHERE answer.key = message.source_id AND received.kind = 'received')
    WHEN consent.since <= message.handed_at THEN consent.granted
        AND (message.purpose <> 'marketing' OR consent.expires_at IS NULL OR consent.expires_at > message.handed_at)
    ELSE coalesce((
        SELECT line.granted FROM profiles_consent line
        JOIN profiles_profile member ON member.key = line.profile_id
        WHERE (member.key = coalesce(written_for.canonical_id, written_for.key)
            OR member.canonical_id = coalesce(written_for.canonical_id, written_for.key))
        AND line.purpose = message.purpose AND line.channel IN ('', channel.kind) AND line.at <= message.handed_at
        ORDER BY line.at DESC, line.key DESC LIMIT 1), message.purpose = 'service')
    END AS is_based) judged
WHERE message.key >= %(first)s AND message.handed_at >= %(since)s
"""
_BASED = f"SELECT count(*) FILTER (WHERE judged.is_based), count(*) {_SENT}"
_UNBASED = f"""
SELECT message.profile_id, message.purpose, message.recipients {_SENT} AND judged.is_based IS NOT TRUE
ORDER BY message.key DESC LIMIT {MAX_EVIDENCE}
"""
_PURPOSES = {
    "marketing": gettext_noop("marketing without a consent that held when it left"),
    "service": gettext_noop("service message after a refusal"),
    "conversation": gettext_noop("reply that nobody wrote, to somebody who had not written"),
}


def _share(good: int, rows: int) -> float | None:
    return 100.0 * good / rows if rows else None


def measure_legal_basis(now: datetime) -> Measured:
    """The share of messages that left within thirty days with a consent or another legal basis."""
    values = {"first": first_key(now - MONTH), "since": now - MONTH}
    good, rows = statements.run(_BASED, values)[0]
    evidence: list[Evidence] = []
    if good < rows:
        for profile, purpose, recipients in statements.run(_UNBASED, values):
            addresses = ", ".join(str(one.get("address", "")) for one in json.loads(recipients))
            url = reverse("profiles:profile", args=[profile]) if profile else ""
            evidence.append(Evidence(addresses, phrase(_PURPOSES[purpose]), url))
    return Measured(_share(good, rows), rows, tuple(evidence))


def measure_sensitive_reads(now: datetime) -> Measured:
    """The share of reads of sensitive fields, within ninety days, of which the trail says who read whose what."""
    reads = AuditEntry.objects.filter(action__in=SENSITIVE_READS, key__gte=first_key(now - QUARTER))
    unnamed = reads.filter(Q(actor=None) | Q(subject_id="") | Q(action=SENSITIVE_READS[0], detail__attribute=None))
    rows = reads.count()
    why = phrase(gettext_noop("the trail does not say who read it, or what"))
    evidence = tuple(
        Evidence(one.subject_name or one.action, why, reverse("village:audit"))
        for one in unnamed.order_by("-key")[:MAX_EVIDENCE]
    )
    return Measured(_share(rows - unnamed.count(), rows), rows, evidence)


def measure_duplicate_proposals(now: datetime) -> Measured:
    """The share of profiles of thirty days, older than one, that were compared within a day of becoming known.

    Late is who has not been compared yet, and a pair that was proposed more than a day after the later of the two
    addresses, or of the two profiles, was there.
    """
    new = Profile.objects.filter(
        key__gte=first_key(now - MONTH), created_at__gte=now - MONTH, created_at__lt=now - DAY, erased_at=None
    )
    rows = new.count()
    upto = MergeLook.objects.order_by("pk").values_list("upto", flat=True).first()
    waiting = new.filter(key__gte=upto) if upto else new
    late = _late_proposals(now)
    missed, slow = waiting.count(), late.count()
    uncompared, url = phrase(gettext_noop("not compared with others yet")), reverse("profiles:duplicates")
    evidence = [
        Evidence(one.name or str(one.key), uncompared, reverse("profiles:profile", args=[one.pk]))
        for one in waiting.order_by("key")[:MAX_EVIDENCE]
    ]
    why = phrase(gettext_noop("proposed after more than a day"))
    pairs = late.select_related("low", "high").order_by("-key")[: MAX_EVIDENCE - len(evidence)]
    evidence += [Evidence(f"{pair.low.name} · {pair.high.name}", why, url) for pair in pairs]
    return Measured(_share(max(rows - missed - slow, 0), rows), rows, tuple(evidence))


def _late_proposals(now: datetime) -> QuerySet[MergeProposal]:
    proposed = MergeProposal.objects.filter(at__gte=now - MONTH, at__gt=F("high__created_at") + DAY)
    proposed = proposed.filter(at__gt=F("low__created_at") + DAY)
    fresh = Q(profile=OuterRef("low")) | Q(profile=OuterRef("high"))
    identities: Any = Profile._meta.get_field("identities").related_model
    return proposed.exclude(Exists(identities.objects.filter(fresh, valid_from__gt=OuterRef("at") - DAY)))


def measure_back_office_routing(now: datetime) -> Measured:
    """The share of conversations of ninety days for finance, legal and HR that nobody had to move or hand over."""
    theirs = Conversation.objects.filter(opened_at__gte=now - QUARTER, queue__department__slug__in=BACK_OFFICE)
    moved = Message.objects.filter(
        conversation=OuterRef("pk"), kind=Message.Kind.EVENT, detail__event="moved", author__isnull=False
    )
    handed = Handoff.objects.filter(
        subject_type=SUBJECT, subject_id=OuterRef("pk"), to_department__slug__in=BACK_OFFICE
    )
    by_hand = theirs.filter(Exists(moved) | Exists(handed))
    rows = theirs.count()
    shown = by_hand.select_related("endpoint", "queue").order_by("-opened_at", "key")[:MAX_EVIDENCE]
    evidence = tuple(
        Evidence(
            one.title or one.endpoint.address,
            phrase(gettext_noop("moved by hand to %(queue)s"), queue=_queue_name(one)),
            reverse("conversations:conversation", args=[one.pk]),
        )
        for one in shown
    )
    return Measured(_share(rows - by_hand.count(), rows), rows, evidence)


def _queue_name(conversation: Conversation) -> Kept:
    return in_both(conversation.queue.name, conversation.queue.name_pt or conversation.queue.name)


def register_further_items() -> None:
    """Called once, when the app is ready."""
    inbox = "conversations:inbox"
    register(
        Item(
            "conversation.legal-basis", "conversation", "govern",
            gettext_lazy("Every outbound message has a consent or another legal basis"),
            measure_legal_basis, 100, mend_at="profiles:people", order=30,
        ),
        Item(
            "conversation.sensitive-reads-audited", "conversation", "govern",
            gettext_lazy("Every read of a sensitive field is audited"),
            measure_sensitive_reads, 100, mend_at="village:audit", order=40,
        ),
        Item(
            "conversation.classified", "conversation", "analyse",
            gettext_lazy("Inbound messages have language, topic and sentiment"),
            measure_nothing, 95, mend_at=inbox, order=5, needs="message_classification",
        ),
        Item(
            "conversation.satisfaction", "conversation", "analyse",
            gettext_lazy("Satisfaction surveys are answered"),
            measure_nothing, 20, mend_at=inbox, order=40, needs="satisfaction_surveys",
        ),
        Item(
            "conversation.alert-before-breach", "conversation", "automate",
            gettext_lazy("The service-level alert comes before the breach"),
            measure_nothing, 95, mend_at=inbox, order=20, needs="service_level_alerts",
        ),
        Item(
            "conversation.duplicates-proposed", "conversation", "automate",
            gettext_lazy("Possible duplicates are proposed for merging within a day"),
            measure_duplicate_proposals, 95, mend_at="profiles:duplicates", order=30,
            finding=gettext_lazy("%(figure)s of new profiles were compared with others within a day"),
        ),
        Item(
            "conversation.bots-hand-over", "conversation", "automate",
            gettext_lazy("Every bot hands over to a person, and did so within 30 days"),
            measure_nothing, 100, mend_at=inbox, order=40, needs="bots",
        ),
        Item(
            "collaboration.back-office-routing", "collaboration", "automate",
            gettext_lazy("Finance, legal and HR topics route by themselves"),
            measure_back_office_routing, 80, mend_at=inbox, order=5,
            finding=gettext_lazy("%(figure)s of finance, legal and HR topics route by themselves, target %(target)s"),
        ),
    )  # fmt: skip
