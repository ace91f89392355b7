"""Channels as the API shows them: never with credentials."""

from rest_framework import serializers

from engagement.channels.models import Channel


class ChannelSerializer(serializers.ModelSerializer[Channel]):
    """One of our addresses, and how it does."""

    id = serializers.UUIDField(source="key", read_only=True)

    class Meta:
        model = Channel
        fields = [
            "id",
            "kind",
            "name",
            "address",
            "sender_name",
            "status",
            "circuit_open_until",
            "last_inbound_at",
            "last_outbound_at",
            "created_at",
        ]
        read_only_fields = fields
