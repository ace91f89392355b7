"""Campaigns as the API shows them."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers

from campaigns.draft_times import time_faults
from campaigns.models import Campaign, Segment
from campaigns.models.campaign import CURRENCIES
from campaigns.selectors.approved_texts import approved_texts
from content.models import Template
from engagement.api.strict import StrictSerializer
from engagement.channels.models import Channel
from engagement.village.models import User


class CampaignSerializer(serializers.ModelSerializer[Campaign]):
    """What is sent to whom, when and why; and what was frozen at its launch."""

    id = serializers.UUIDField(source="key", read_only=True)

    class Meta:
        model = Campaign
        fields = [
            "id",
            "name",
            "objective",
            "owner",
            "budget",
            "currency",
            "segment",
            "plan",
            "email_template",
            "sms_template",
            "email_channel",
            "sms_channel",
            "holdout_percent",
            "holdout_exception",
            "cap_count",
            "cap_days",
            "begins_at",
            "ends_at",
            "in_local_time",
            "attribution",
            "attribution_days",
            "status",
            "pause_reason",
            "segment_size",
            "launched_at",
            "launched_by",
            "frozen_at",
            "over_at",
            "created_at",
            "changed_at",
        ]
        read_only_fields = fields


class ApprovedTextField(serializers.PrimaryKeyRelatedField[Template]):
    """A template that is approved as marketing, or the one that the draft has already."""

    def __init__(self, *, kind: str, **options: Any) -> None:
        self.kind = kind
        super().__init__(queryset=Template.objects.none(), pk_field=serializers.UUIDField(), **options)

    def get_queryset(self) -> QuerySet[Template]:
        """Return what can be chosen."""
        campaign = getattr(self.root, "instance", None)
        return approved_texts(kind=self.kind, chosen=getattr(campaign, f"{self.kind}_template_id", None))


def _key_of(queryset: QuerySet[Any], help_text: str) -> serializers.PrimaryKeyRelatedField[Any]:
    return serializers.PrimaryKeyRelatedField(
        queryset=queryset, pk_field=serializers.UUIDField(), required=False, allow_null=True, help_text=help_text
    )


_SENDERS = Channel.objects.defer("credentials")


class CampaignDraftSerializer(StrictSerializer):
    """What is said of a campaign before its launch. Only ``name`` is needed to begin; a launch needs more, see
    preflight.
    """

    name = serializers.CharField(max_length=200)
    objective = serializers.CharField(
        max_length=5_000, required=False, allow_blank=True, help_text="What is different when it worked"
    )
    owner = _key_of(User.objects.filter(is_active=True), "Who answers for it; you, unless you say who")
    budget = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True)
    currency = serializers.ChoiceField(choices=list(CURRENCIES), required=False)
    segment = _key_of(Segment.objects.all(), "Who is meant")
    plan = serializers.ChoiceField(choices=Campaign.Plan.values, required=False, help_text="By which channel")
    email_template = ApprovedTextField(
        kind="email", required=False, allow_null=True, help_text="A template that is approved as marketing"
    )
    sms_template = ApprovedTextField(
        kind="sms", required=False, allow_null=True, help_text="A template that is approved as marketing"
    )
    email_channel = _key_of(_SENDERS.filter(kind="email"), "An email channel")
    sms_channel = _key_of(_SENDERS.filter(kind="sms"), "An SMS channel")
    holdout_percent = serializers.IntegerField(
        min_value=0, max_value=50, required=False, help_text="Drawn by lot, to compare with"
    )
    holdout_exception = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="Why there is no holdout; needed when it is 0"
    )
    cap_count = serializers.IntegerField(
        min_value=0, max_value=32_767, required=False, help_text="Messages to one person at most; 0: no cap of its own"
    )
    cap_days = serializers.IntegerField(min_value=1, max_value=32_767, required=False, help_text="In so many days")
    begins_at = serializers.DateTimeField(required=False, allow_null=True, help_text="null: at the launch")
    ends_at = serializers.DateTimeField(required=False, allow_null=True, help_text="After this nothing more leaves")
    in_local_time = serializers.BooleanField(
        required=False, help_text="At the time of day of begins_at where each person lives"
    )
    attribution = serializers.ChoiceField(choices=Campaign.Attribution.values, required=False)
    attribution_days = serializers.IntegerField(min_value=1, max_value=365, required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Refuse times that contradict one another, as the form does."""
        draft = self.instance if isinstance(self.instance, Campaign) else Campaign()
        ends = given.get("ends_at", draft.ends_at)
        faults = time_faults(
            begins=given.get("begins_at", draft.begins_at),
            ends=ends,
            in_local_time=given.get("in_local_time", draft.in_local_time),
            is_new_end=ends != draft.ends_at,
            now=timezone.now(),
        )
        if faults:
            raise serializers.ValidationError(faults)
        return given


class SkippedSerializer(StrictSerializer):
    """How many people were not written to for one reason."""

    code = serializers.CharField(read_only=True)
    reason = serializers.CharField(source="reason.says", read_only=True)
    people = serializers.IntegerField(read_only=True)


class ProgressSerializer(StrictSerializer):
    """How far a campaign is, in people. ``verdict`` of a completed one: ``completed``, ``completed_with_failures`` or
    ``nothing_sent``; empty before.
    """

    verdict = serializers.CharField(read_only=True)
    total = serializers.IntegerField(read_only=True)
    to_write = serializers.IntegerField(read_only=True)
    waiting = serializers.IntegerField(read_only=True)
    sent = serializers.IntegerField(read_only=True, help_text="To how many a message left, also if it came back.")
    accepted = serializers.IntegerField(read_only=True, help_text="Sent, and no receipt yet.")
    delivered = serializers.IntegerField(read_only=True)
    read = serializers.IntegerField(read_only=True)
    unconfirmed = serializers.IntegerField(read_only=True, help_text="Nobody can tell whether it left.")
    failed = serializers.IntegerField(read_only=True, help_text="Did not leave, or came back.")
    bounced = serializers.IntegerField(read_only=True, help_text="Of those failed: left and came back.")
    complained = serializers.IntegerField(read_only=True)
    answered = serializers.IntegerField(read_only=True)
    unsubscribed = serializers.IntegerField(read_only=True)
    other_channel = serializers.IntegerField(read_only=True, help_text="Email instead of SMS.")
    deferred = serializers.IntegerField(read_only=True)
    skipped = serializers.IntegerField(read_only=True)
    reasons = SkippedSerializer(many=True, read_only=True)
    per_minute = serializers.IntegerField(read_only=True)
    minutes_left = serializers.IntegerField(read_only=True, allow_null=True)
    next_at = serializers.DateTimeField(read_only=True, allow_null=True)
    awaited = serializers.IntegerField(read_only=True, help_text="SMS without a receipt that the email may follow.")
    awaited_until = serializers.DateTimeField(read_only=True, allow_null=True)
    lost_after_end = serializers.IntegerField(
        read_only=True, help_text="SMS that failed after the campaign was over; no email followed."
    )


class CheckSerializer(StrictSerializer):
    """One line of what is looked at before a launch: ``stop`` keeps it from being launched, ``ask`` is worth a look."""

    code = serializers.CharField(read_only=True, help_text="Which check it is; docs/api.md lists them")
    state = serializers.ChoiceField(choices=["ok", "ask", "stop"], read_only=True)
    title = serializers.CharField(read_only=True)
    text = serializers.CharField(read_only=True)
    whose = serializers.CharField(read_only=True)


class OutcomeSerializer(StrictSerializer):
    """One thing that people may have done. Shares are percentages of each group; points are their difference."""

    code = serializers.ChoiceField(choices=["replied", "purchased", "unsubscribed"], read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    sent = serializers.IntegerField(source="written", read_only=True)
    sent_share = serializers.FloatField(source="written_share", read_only=True)
    holdout = serializers.IntegerField(source="alone", read_only=True)
    holdout_share = serializers.FloatField(source="alone_share", read_only=True)
    points = serializers.FloatField(source="points.value", read_only=True)
    points_low = serializers.FloatField(source="points.low", read_only=True, help_text="95 % interval")
    points_high = serializers.FloatField(source="points.high", read_only=True)
    is_better = serializers.BooleanField(
        source="better", read_only=True, allow_null=True, help_text="null: chance may explain it"
    )


class ComparisonSerializer(StrictSerializer):
    """Those who were sent it beside those who were held out."""

    code = serializers.ChoiceField(choices=["holdout", "universal_holdout"], read_only=True)
    sent = serializers.IntegerField(source="written", read_only=True)
    holdout = serializers.IntegerField(source="alone", read_only=True)
    outcomes = OutcomeSerializer(many=True, read_only=True)


class ResultsSerializer(StrictSerializer):
    """What came of a campaign: the figures of its page."""

    progress = ProgressSerializer(read_only=True)
    comparisons = ComparisonSerializer(many=True, read_only=True)


class RecipientSerializer(StrictSerializer):
    """One person of a campaign. ``reason_code``: why they were skipped, or why the message failed."""

    id = serializers.UUIDField(source="recipient.key", read_only=True)
    profile = serializers.UUIDField(source="recipient.profile_id", read_only=True)
    name = serializers.CharField(read_only=True)
    channel = serializers.CharField(source="recipient.channel", read_only=True)
    address = serializers.CharField(source="recipient.readable_address", read_only=True)
    status = serializers.CharField(read_only=True)
    reason_code = serializers.CharField(read_only=True)
    reason = serializers.CharField(source="why", read_only=True)
    replied_at = serializers.DateTimeField(source="recipient.answered_at", read_only=True, allow_null=True)
    unsubscribed_at = serializers.DateTimeField(source="recipient.unsubscribed_at", read_only=True, allow_null=True)
    conversation = serializers.UUIDField(source="recipient.conversation_id", read_only=True, allow_null=True)


class ShownSerializer(StrictSerializer):
    """One thing that a launch would do, as it stands now."""

    name = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    value = serializers.CharField(read_only=True)


class PreflightSerializer(StrictSerializer):
    """Everything that is looked at before a launch. ``seen_hash`` stands for ``shown``: send it to launch."""

    may_launch = serializers.BooleanField(read_only=True)
    seen_hash = serializers.CharField(read_only=True)
    shown = ShownSerializer(many=True, read_only=True)
    checks = CheckSerializer(many=True, read_only=True)


class LaunchSerializer(StrictSerializer):
    """What a launch says that it looked at; the header ``If-Match`` may say it instead."""

    seen_hash = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=1000, help_text="seen_hash of preflight"
    )
