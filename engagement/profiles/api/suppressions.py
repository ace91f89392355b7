"""``/api/v1/suppressions/``: what is held back, and from when on."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from engagement.api.exceptions import Unprocessable
from engagement.api.idempotency import once
from engagement.api.strict import ApiView, StrictSerializer
from engagement.profiles.actions.suppress import SuppressionRefused, lift, suppress
from engagement.profiles.addresses import InvalidAddress
from engagement.profiles.models import Suppression
from engagement.profiles.models.consent import Purpose
from engagement.village.access import person_of
from engagement.village.audit import origin_of

READ = ("profiles:read", ("profiles.view_suppression",))
ADD = ("profiles:write", ("profiles.view_suppression", "profiles.add_suppression"))
CHANGE = ("profiles:write", ("profiles.view_suppression", "profiles.change_suppression"))


class SuppressionSerializer(serializers.ModelSerializer[Suppression]):
    """A suppression. ``purpose`` empty: everything. Only a hash of the address is kept, and it is not shown."""

    id = serializers.UUIDField(source="key", read_only=True)

    class Meta:
        model = Suppression
        fields = ["id", "kind", "purpose", "reason", "source", "starts_at", "ends_at"]
        read_only_fields = fields


class NewSuppressionSerializer(StrictSerializer):
    """An address that must not be written to, from now or from ``starts_at`` on."""

    kind = serializers.ChoiceField(choices=[("email", "e-mail"), ("phone", "phone")])
    address = serializers.CharField(max_length=400)
    purpose = serializers.ChoiceField(choices=Purpose.choices, required=False, allow_blank=True, default="")
    reason = serializers.CharField(max_length=50)
    starts_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    ends_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


@extend_schema_view(list=extend_schema(summary="List suppressions, newest first"))
class SuppressionViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[Suppression]):
    """What must not be written to. A lifted one stays, with its end."""

    serializer_class = SuppressionSerializer
    queryset = Suppression.objects.all()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("-key",)
    bodiless = frozenset({"lifting"})
    access = {"list": READ, "create": ADD, "lifting": CHANGE}

    @extend_schema(
        summary="Suppress an address",
        request=NewSuppressionSerializer,
        responses={201: SuppressionSerializer, 422: OpenApiResponse(description="It is none; the detail says why")},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    @once
    def create(self, request: Request) -> Response:
        """The same again returns the one that stands."""
        form = NewSuppressionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        by: dict[str, Any] = {"actor": person_of(request), "origin": origin_of(request), "now": timezone.now()}
        try:
            row = suppress(**form.validated_data, source="api", **by)
        except (InvalidAddress, SuppressionRefused) as refusal:
            raise Unprocessable(str(refusal)) from refusal
        return Response(SuppressionSerializer(row).data, status=201)

    @extend_schema(summary="Lift a suppression", request=None, responses=SuppressionSerializer)
    @action(detail=True, methods=["post"])
    def lifting(self, request: Request, id: UUID) -> Response:
        """It ends now."""
        try:
            row = lift(suppression_id=id, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
        except Suppression.DoesNotExist as error:
            raise Http404 from error
        return Response(SuppressionSerializer(row).data)
