"""``/api/v1/attributes/``: which attributes people have, declared by programs as by people."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from engagement.api.exceptions import Unprocessable
from engagement.api.idempotency import once
from engagement.api.strict import ApiView, StrictSerializer
from engagement.profiles.declaring import actions
from engagement.profiles.models import AttributeDefinition
from engagement.village.access import person_of
from engagement.village.audit import origin_of

_READ = ("profiles.view_attributedefinition",)
READ = ("profiles:read", _READ)
ADD = ("profiles:write", (*_READ, "profiles.add_attributedefinition"))
CHANGE = ("profiles:write", (*_READ, "profiles.change_attributedefinition"))
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
REFUSED = OpenApiResponse(description="It cannot be so; the detail says why")


class AttributeSerializer(serializers.ModelSerializer[AttributeDefinition]):
    """An attribute. ``choices_pt`` is {choice: its Portuguese}."""

    id = serializers.UUIDField(source="key", read_only=True)

    class Meta:
        model = AttributeDefinition
        fields = [
            "id",
            "slug",
            "label",
            "label_pt",
            "type",
            "choices",
            "choices_pt",
            "sensitive",
            "system_of_record",
            "retention_days",
            "retired_at",
        ]
        read_only_fields = fields


class MeaningSerializer(StrictSerializer):
    """What an attribute is. In a change, what is left out stays."""

    label = serializers.CharField(max_length=100)  # type: ignore[assignment]
    label_pt = serializers.CharField(max_length=100)
    type = serializers.ChoiceField(choices=AttributeDefinition.Type.choices, required=False)
    choices = serializers.ListField(child=serializers.CharField(max_length=500), required=False)
    choices_pt = serializers.DictField(child=serializers.CharField(max_length=500), required=False)
    sensitive = serializers.BooleanField(required=False)
    system_of_record = serializers.CharField(max_length=100, allow_blank=True, required=False)
    retention_days = serializers.IntegerField(min_value=1, max_value=36_500, allow_null=True, required=False)


class NewAttributeSerializer(MeaningSerializer):
    """A new one; ``slug`` is made of the English label when it is left out, and never changes."""

    slug = serializers.SlugField(max_length=50, required=False)


@extend_schema_view(
    list=extend_schema(summary="List the attributes of people"), retrieve=extend_schema(summary="Read one attribute")
)
class AttributeViewSet(
    ApiView, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[AttributeDefinition]
):
    """What may be known of people; the retired ones too."""

    serializer_class = AttributeSerializer
    queryset = AttributeDefinition.objects.all()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("-key",)
    bodiless = frozenset({"retirement"})
    access = {"list": READ, "retrieve": READ, "create": ADD, "partial_update": CHANGE, "retirement": CHANGE}

    def get_queryset(self) -> QuerySet[AttributeDefinition]:
        """Return all of them."""
        return AttributeDefinition.objects.all()

    @extend_schema(
        summary="Declare an attribute",
        request=NewAttributeSerializer,
        responses={201: AttributeSerializer, 422: REFUSED},
        parameters=[KEY],
    )
    @once
    def create(self, request: Request) -> Response:
        """Declare it; it can be filled from then on."""
        form = NewAttributeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = dict(form.validated_data)
        slug = given.pop("slug", "")
        common: dict[str, Any] = {"actor": person_of(request), "now": timezone.now(), "origin": origin_of(request)}
        try:
            row = actions.declare(slug=slug, meaning=actions.Meaning(**given), **common)
        except actions.AttributeRefused as error:
            raise Unprocessable(str(error)) from error
        return Response(AttributeSerializer(row).data, status=201)

    @extend_schema(
        summary="Change what an attribute means",
        request=MeaningSerializer,
        responses={200: AttributeSerializer, 422: REFUSED},
    )
    def partial_update(self, request: Request, id: UUID) -> Response:
        """What people have must still fit."""
        row = get_object_or_404(AttributeDefinition, pk=id)
        form = MeaningSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        standing = {str(name): getattr(row, str(name)) for name in form.fields}
        meaning = actions.Meaning(**standing | dict(form.validated_data))
        common: dict[str, Any] = {"actor": person_of(request), "now": timezone.now(), "origin": origin_of(request)}
        try:
            changed = actions.redefine(key=row.pk, meaning=meaning, **common)
        except actions.AttributeRefused as error:
            raise Unprocessable(str(error)) from error
        return Response(AttributeSerializer(changed).data)

    @extend_schema(
        summary="Retire an attribute; DELETE brings it back", request=None, responses={200: AttributeSerializer}
    )
    @action(detail=True, methods=["post", "delete"])
    def retirement(self, request: Request, id: UUID) -> Response:
        """A retired one is filled no more."""
        row = get_object_or_404(AttributeDefinition, pk=id)
        turn = actions.retire if request.method == "POST" else actions.bring_back
        turned = turn(key=row.pk, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
        return Response(AttributeSerializer(turned).data)
