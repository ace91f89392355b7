"""Data requests and legal holds as the API shows them."""

from rest_framework import serializers

from engagement.api.strict import StrictSerializer
from engagement.profiles.models import DataRequest, Disclosure, LegalHold


class DisclosureSerializer(serializers.ModelSerializer[Disclosure]):
    """A file that answers a request for access; ``download`` is there while it can be taken."""

    id = serializers.UUIDField(source="key", read_only=True)

    class Meta:
        model = Disclosure
        fields = ["id", "state", "language", "done", "total", "size", "sha256", "asked_at", "made_at", "expires_at"]
        read_only_fields = fields


class DataRequestSerializer(serializers.ModelSerializer[DataRequest]):
    """A request about a person's data. ``state``: open, verifying, held, answered, refused, cancelled."""

    id = serializers.UUIDField(source="key", read_only=True)
    disclosures = DisclosureSerializer(many=True, read_only=True)

    class Meta:
        model = DataRequest
        fields = [
            "id",
            "profile",
            "kind",
            "law",
            "law_reason",
            "via",
            "words",
            "received_at",
            "due_at",
            "extended_at",
            "extension_reason",
            "state",
            "verified_how",
            "verified_at",
            "answer",
            "first_confirmed_by",
            "first_confirmed_at",
            "closed_at",
            "closed_by",
            "filed_by",
            "filed_at",
            "disclosures",
        ]
        read_only_fields = fields


class LegalHoldSerializer(serializers.ModelSerializer[LegalHold]):
    """While one stands nothing of the person is erased."""

    id = serializers.UUIDField(source="key", read_only=True)

    class Meta:
        model = LegalHold
        fields = ["id", "profile", "reason", "starts_at", "ends_at", "set_by", "lifted_at", "lifted_by", "lift_reason"]
        read_only_fields = fields


class NewRequestSerializer(StrictSerializer):
    """What a person asks for. Without ``law`` it is that of their country."""

    profile = serializers.UUIDField()
    kind = serializers.ChoiceField(DataRequest.Kind.choices)
    via = serializers.ChoiceField(DataRequest.Via.choices)
    words = serializers.CharField(max_length=10_000, allow_blank=True, default="")
    received_at = serializers.DateTimeField(required=False)
    law = serializers.ChoiceField(DataRequest.Law.choices, required=False)
    law_reason = serializers.CharField(max_length=300, allow_blank=True, default="")


class HowSerializer(StrictSerializer):
    """How it is known that it is the person."""

    how = serializers.CharField(max_length=300)


class TextSerializer(StrictSerializer):
    """What the person was told."""

    text = serializers.CharField(max_length=10_000)


class ReasonSerializer(StrictSerializer):
    """Why."""

    reason = serializers.CharField(max_length=500)


class LawChangeSerializer(ReasonSerializer):
    """Another law, and why."""

    law = serializers.ChoiceField(DataRequest.Law.choices)


class TypedNameSerializer(StrictSerializer):
    """The profile's name (without a name one of its addresses, without an address its id): typed to erase it."""

    confirmation = serializers.CharField(max_length=400)


class NewHoldSerializer(ReasonSerializer):
    """On whom, why, and until when; without ``ends_at`` until it is lifted."""

    profile = serializers.UUIDField()
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
