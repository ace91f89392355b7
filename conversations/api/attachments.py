"""``/api/v1/attachments/``: upload a file for a message, download the file of one."""

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.actions.upload import upload
from conversations.api.refusals import refusals_as_problems
from conversations.selectors.attachments import attachments_visible_to
from conversations.views.attachments import as_response
from engagement.api.idempotency import once
from engagement.api.strict import ApiView, StrictSerializer
from engagement.channels.models import Attachment
from engagement.village.access import person_of

READ = ("conversations:read", ("conversations.view_conversation",))
WRITE = ("conversations:write", ("conversations.change_conversation",))


class AnyRenderer(JSONRenderer):
    """Lets a client accept nothing but bytes; what is rendered is a problem all the same."""

    media_type = "application/octet-stream"
    format = "bytes"


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    """A file; its bytes are at ``content/``."""

    id = serializers.UUIDField(source="key", read_only=True)

    class Meta:
        model = Attachment
        fields = ["id", "filename", "content_type", "size", "sha256", "created_at"]
        read_only_fields = fields


class UploadSerializer(StrictSerializer):
    """One file, as multipart/form-data."""

    file = serializers.FileField(allow_empty_file=True)


class AttachmentViewSet(ApiView, viewsets.GenericViewSet[Attachment]):
    """Files of the conversations that the token's person may open, and their own uploads."""

    serializer_class = AttachmentSerializer
    queryset = Attachment.objects.none()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    parser_classes = [MultiPartParser]
    access = {"create": WRITE, "retrieve": READ, "content": READ}

    @extend_schema(
        summary="Upload an attachment",
        description="Name its id in `attachments` of the message that it goes with.",
        request={"multipart/form-data": UploadSerializer},
        responses={201: AttachmentSerializer},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    @once
    def create(self, request: Request) -> Response:
        """Keep the file; what its bytes say decides its type."""
        form = UploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with refusals_as_problems():
            kept = upload(file=form.validated_data["file"], uploaded_by=person_of(request), now=timezone.now())
        return Response(AttachmentSerializer(kept).data, status=201)

    @extend_schema(summary="Read what is known of an attachment", responses=AttachmentSerializer)
    def retrieve(self, request: Request, id: UUID) -> Response:
        """Answer with its name, type and size."""
        return Response(AttachmentSerializer(self._visible(request, id)).data)

    @extend_schema(
        summary="Download an attachment",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    @action(detail=True, methods=["get"], renderer_classes=[JSONRenderer, AnyRenderer])
    def content(self, request: Request, id: UUID) -> HttpResponseBase:
        """Answer with its bytes."""
        answer = as_response(self._visible(request, id))
        answer["Content-Type"] = "application/octet-stream"
        return answer

    def _visible(self, request: Request, key: UUID) -> Attachment:
        return get_object_or_404(attachments_visible_to(person_of(request)), key=key)
