"""Channels as the API shows and takes them: credentials are written, never shown."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from engagement.api.strict import StrictSerializer
from engagement.channels.email.email_settings import AFTER_FETCH, CUSTOMER_MODES, RETURN_PATHS, STARTS, TLS_MODES
from engagement.channels.kind_settings import public_facts, settings_of
from engagement.channels.models import Channel, ChannelTest
from engagement.village.models import Department

MAX_PORT = 65_535


class _ServerSerializer(StrictSerializer):
    """What is left out stays as it is."""

    host = serializers.CharField(max_length=253, required=False)
    port = serializers.IntegerField(min_value=1, max_value=MAX_PORT, required=False)
    tls = serializers.ChoiceField(
        choices=TLS_MODES, required=False, help_text="STARTTLS required or where offered, TLS always, or never"
    )
    user = serializers.CharField(max_length=200, required=False, allow_blank=True)
    password = serializers.CharField(
        max_length=1_000, required=False, write_only=True, trim_whitespace=False, help_text="Written, never shown"
    )


class SmtpSerializer(_ServerSerializer):
    """The server that sends."""


class ImapSerializer(_ServerSerializer):
    """The mailbox that is fetched."""

    folder = serializers.CharField(max_length=200, required=False)
    start = serializers.ChoiceField(choices=STARTS, required=False, help_text="Fetch new messages only, or all")
    after = serializers.ChoiceField(choices=AFTER_FETCH, required=False, help_text="What becomes of fetched messages")
    move_to = serializers.CharField(max_length=200, required=False, allow_blank=True)


class SmsSerializer(StrictSerializer):
    """The account at the provider of SMS."""

    account = serializers.CharField(max_length=34, required=False, help_text="AC and 32 digits or letters")
    token = serializers.CharField(max_length=200, required=False, write_only=True, help_text="Written, never shown")
    api_url = serializers.URLField(max_length=200, required=False, allow_blank=True)
    contact = serializers.CharField(max_length=100, required=False, allow_blank=True, help_text="What HELP answers")
    per_month = serializers.IntegerField(min_value=1, max_value=100, required=False, help_text="Marketing, per person")


class SettingsSerializer(StrictSerializer):
    """Settings by kind: ``sms`` of an SMS channel, everything else of an email channel. null removes a server."""

    smtp = SmtpSerializer(required=False, allow_null=True)
    imap = ImapSerializer(required=False, allow_null=True)
    authentication_servers = serializers.ListField(
        child=serializers.CharField(max_length=253), required=False, max_length=10
    )
    checks_senders = serializers.BooleanField(required=False)
    return_path = serializers.ChoiceField(choices=RETURN_PATHS, required=False)
    customer_in_reply_to = serializers.ChoiceField(choices=CUSTOMER_MODES, required=False)
    sms = SmsSerializer(required=False)


class ChannelChangeSerializer(StrictSerializer):
    """What to change of a channel; what is left out stays."""

    name = serializers.CharField(max_length=200, required=False)
    sender_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    rate_per_minute = serializers.IntegerField(
        min_value=1, max_value=1_000_000, required=False, allow_null=True, help_text="null: no limit"
    )
    settings = SettingsSerializer(required=False)


class NewChannelSerializer(ChannelChangeSerializer):
    """A channel to create. It is paused until somebody resumes it."""

    kind = serializers.ChoiceField(choices=["email", "sms"])
    name = serializers.CharField(max_length=200)
    address = serializers.CharField(max_length=254, help_text="A mailbox, or a number like +553135550100")
    department = serializers.SlugRelatedField(
        slug_field="slug", queryset=Department.objects.all(), required=False, allow_null=True
    )


class ChannelSerializer(serializers.ModelSerializer[Channel]):
    """One of our addresses, and how it does. ``settings`` is null for who may not change it."""

    id = serializers.UUIDField(source="key", read_only=True)
    department: serializers.SlugRelatedField[Department] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )
    settings = serializers.SerializerMethodField()

    class Meta:
        model = Channel
        fields = [
            "id",
            "kind",
            "name",
            "address",
            "sender_name",
            "department",
            "status",
            "rate_per_minute",
            "settings",
            "circuit_open_until",
            "last_inbound_at",
            "last_outbound_at",
            "created_at",
        ]
        read_only_fields = fields

    @extend_schema_field(
        {
            "type": ["object", "null"],
            "additionalProperties": True,
            "description": "As they are written, with has_password or has_token in place of each secret",
        }
    )
    def get_settings(self, channel: Channel) -> dict[str, Any] | None:
        """Without secrets."""
        return public_facts(settings_of(channel)) if self.context.get("shows_settings") else None


class TestStepSerializer(serializers.Serializer[Any]):
    """One step of a test."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name
    state = serializers.ChoiceField(choices=["pending", "running", "passed", "failed", "skipped"])
    detail = serializers.CharField(source="why", allow_blank=True, help_text="Why it failed or was skipped")


class ChannelTestSerializer(serializers.Serializer[Any]):
    """A test: sends, receives and reads a message of our own, as the work does."""

    id = serializers.UUIDField(source="test.id")
    status = serializers.ChoiceField(source="test.status", choices=ChannelTest.Status.choices)
    is_partial = serializers.BooleanField(help_text="Passed, with steps left out")
    has_no_worker = serializers.BooleanField(help_text="Waits for longer than a worker needs to begin")
    steps = TestStepSerializer(many=True)
    created_at = serializers.DateTimeField(source="test.created_at")
    finished_at = serializers.DateTimeField(source="test.finished_at", allow_null=True)


class TestRequestSerializer(StrictSerializer):
    """An SMS test needs a phone that gets the message."""

    to = serializers.CharField(required=False, max_length=40, help_text="A number like +5531999990000; SMS only")
