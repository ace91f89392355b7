"""Profiles as the API shows them."""

from functools import cached_property
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from engagement.api.strict import StrictSerializer
from engagement.profiles.models import AttributeDefinition, ConsentState, Identity, Profile


class IdentitySerializer(serializers.ModelSerializer[Identity]):
    """An address of a profile."""

    id = serializers.UUIDField(source="key", read_only=True)

    class Meta:
        model = Identity
        fields = ["id", "kind", "scope", "address", "verified_at", "preferred", "valid_from", "valid_to"]
        read_only_fields = fields


class ConsentStateSerializer(serializers.ModelSerializer[ConsentState]):
    """What holds for one channel and purpose. ``granted`` counts only until ``expires_at``."""

    class Meta:
        model = ConsentState
        fields = ["channel", "purpose", "granted", "basis", "since", "expires_at"]
        read_only_fields = fields


class ProfileSerializer(serializers.ModelSerializer[Profile]):
    """One customer with every address. Sensitive attributes are never among ``attributes``: ``covered`` names what is
    known of them, and ``/sensitive/`` uncovers it, which is audited. ``consents`` is null for who may not see them.
    """

    identities = IdentitySerializer(many=True, read_only=True)
    attributes = serializers.SerializerMethodField()
    covered = serializers.SerializerMethodField()
    consents = serializers.SerializerMethodField()

    id = serializers.UUIDField(source="key", read_only=True)

    class Meta:
        model = Profile
        fields = [
            "id",
            "canonical",
            "name",
            "language",
            "time_zone",
            "country",
            "place",
            "lifecycle",
            "tags",
            "owner",
            "attributes",
            "covered",
            "consents",
            "last_heard_at",
            "last_written_at",
            "created_at",
            "identities",
        ]
        read_only_fields = fields

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_attributes(self, profile: Profile) -> dict[str, Any]:
        """Return what is declared and not sensitive."""
        return {slug: profile.attributes[slug] for slug in self._open_slugs if slug in profile.attributes}

    def get_covered(self, profile: Profile) -> list[str]:
        """Return the names of what is sensitive and known."""
        return [slug for slug in self._covered_slugs if slug in profile.attributes]

    @extend_schema_field(ConsentStateSerializer(many=True, allow_null=True))
    def get_consents(self, profile: Profile) -> Any:
        """Return the state of each channel and purpose that they were asked for."""
        if not self.context["request"].user.has_perm("profiles.view_consent"):
            return None
        return ConsentStateSerializer(profile.consent_states.all(), many=True).data

    @property
    def _open_slugs(self) -> list[str]:
        return [slug for slug, sensitive in self._declared if not sensitive]

    @property
    def _covered_slugs(self) -> list[str]:
        return [slug for slug, sensitive in self._declared if sensitive]

    @cached_property
    def _declared(self) -> list[tuple[str, bool]]:
        """Asked once for each answer, however many profiles are in it."""
        return list(AttributeDefinition.objects.order_by("position", "slug").values_list("slug", "sensitive"))


class WorkSerializer(StrictSerializer):
    """One place where a person works."""

    id = serializers.UUIDField(source="key")
    company = serializers.UUIDField(source="company_id")
    company_name = serializers.CharField(source="company")
    position = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    primary = serializers.BooleanField()


class TieSerializer(StrictSerializer):
    """Another person, and what the one that was asked for is to them, in words of the reader's language."""

    id = serializers.UUIDField(source="key")
    other = serializers.UUIDField(source="profile_id")
    name = serializers.CharField()
    relation = serializers.CharField(source="label")
    since = serializers.DateField(allow_null=True)


class MemberSerializer(StrictSerializer):
    """Somebody of the household."""

    profile = serializers.UUIDField(source="profile_id")
    name = serializers.CharField()


class AroundSerializer(StrictSerializer):
    """Where a person works, and who belongs with them; ``household`` is everybody who lives there, also through others.

    ``relations`` are those that are written down beside the person.
    """

    employments = WorkSerializer(many=True, source="work")
    relations = TieSerializer(many=True, source="ties")
    household = MemberSerializer(many=True)


class UncoveredSerializer(StrictSerializer):
    """Sensitive attributes, as they are kept."""

    attributes = serializers.DictField()
