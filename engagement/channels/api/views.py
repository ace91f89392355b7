"""``/api/v1/channels/``."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import viewsets

from engagement.api.strict import ApiView
from engagement.channels.api.serializers import ChannelSerializer
from engagement.channels.models import Channel

VIEW = ("channels:read", ("engagement_channels.view_channel",))


@extend_schema_view(
    list=extend_schema(summary="List channels, newest first"), retrieve=extend_schema(summary="Read one channel")
)
class ChannelViewSet(ApiView, viewsets.ReadOnlyModelViewSet[Channel]):
    """The addresses through which we are spoken to."""

    serializer_class = ChannelSerializer
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    access = {"list": VIEW, "retrieve": VIEW}
    keyset = ("-key",)
    queryset = Channel.objects.all()
