"""Campaigns as the API shows them."""

from rest_framework import serializers

from campaigns.models import Campaign
from engagement.api.strict import StrictSerializer


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
        ]
        read_only_fields = fields


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

    state = serializers.ChoiceField(choices=["ok", "ask", "stop"], read_only=True)
    title = serializers.CharField(read_only=True)
    text = serializers.CharField(read_only=True)
    whose = serializers.CharField(read_only=True)


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
