"""Profiles as the API shows them."""

from rest_framework import serializers

from engagement.profiles.models import Identity, Profile


class IdentitySerializer(serializers.ModelSerializer[Identity]):
    """An address of a profile."""

    id = serializers.UUIDField(source="key", read_only=True)

    class Meta:
        model = Identity
        fields = ["id", "kind", "scope", "address", "verified_at", "preferred", "valid_from", "valid_to"]
        read_only_fields = fields


class ProfileSerializer(serializers.ModelSerializer[Profile]):
    """One customer with every address."""

    identities = IdentitySerializer(many=True, read_only=True)

    id = serializers.UUIDField(source="key", read_only=True)

    class Meta:
        model = Profile
        fields = ["id", "canonical", "name", "language", "time_zone", "country", "place", "created_at", "identities"]
        read_only_fields = fields
