"""``/api/v1/deals/``."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from engagement.api.exceptions import Unprocessable
from engagement.api.idempotency import once
from engagement.api.strict import ApiView, Filter, Kind, StrictSerializer
from engagement.profiles.actions import deals as actions
from engagement.profiles.family import family_of
from engagement.profiles.models import Deal, Profile
from engagement.profiles.models.deal import OVER
from engagement.village.access import person_of
from engagement.village.audit import origin_of
from engagement.village.models import User

VIEW = ("deals:read", ("profiles.view_deal",))
OPEN = ("deals:write", ("profiles.view_deal", "profiles.add_deal"))
CHANGE = ("deals:write", ("profiles.view_deal", "profiles.change_deal"))
HOLD = ("deals:write", ("profiles.view_deal", "profiles.hold_marketing"))
REFUSED = OpenApiResponse(description="It cannot be done; the detail says why")
_STANDING = [stage for stage in Deal.Stage.values if stage not in OVER]


class DealSerializer(serializers.ModelSerializer[Deal]):
    """A deal. ``quiet`` says why marketing keeps back because of it: "deal_held", "deal_closing", or nothing."""

    id = serializers.UUIDField(source="key", read_only=True)
    company_name = serializers.CharField(read_only=True)
    quiet = serializers.SerializerMethodField()

    class Meta:
        model = Deal
        fields = [
            *("id", "profile", "owner", "title", "company", "company_name", "amount", "currency", "stage", "closes_on"),
            *("held", "reason", "released_until", "quiet", "created_at", "changed_at", "closed_at"),
        ]
        read_only_fields = fields

    def get_quiet(self, deal: Deal) -> str:
        """Return the code."""
        return deal.keeps_quiet(timezone.now())


class TermsSerializer(StrictSerializer):
    """What to change of a deal; what is left out stays. ``company`` is a name: a new one is written down."""

    title = serializers.CharField(max_length=200, required=False)
    company = serializers.CharField(max_length=200, required=False, allow_blank=True)
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True)
    currency = serializers.RegexField("^[A-Z]{3}$", required=False)
    stage = serializers.ChoiceField(choices=_STANDING, required=False)
    closes_on = serializers.DateField(required=False, allow_null=True)
    owner = serializers.UUIDField(required=False)

    def validate_owner(self, given: UUID) -> User:
        """Somebody who works here."""
        owner = User.objects.filter(pk=given, is_active=True).first()
        if owner is None:
            raise serializers.ValidationError("Nobody of this id works here.")
        return owner


class NewDealSerializer(TermsSerializer):
    """A deal with a person; its owner is who opens it, unless another is named."""

    profile = serializers.UUIDField()
    title = serializers.CharField(max_length=200)

    def validate_profile(self, given: UUID) -> UUID:
        """A person whom we know."""
        if not Profile.objects.filter(pk=given).exists():
            raise serializers.ValidationError("There is no person of this id.")
        return given


class HoldSerializer(StrictSerializer):
    """Why the customer's marketing is held."""

    reason = serializers.CharField(max_length=300)


class ReleaseSerializer(StrictSerializer):
    """Until when it may go on."""

    until = serializers.DateTimeField()
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class OutcomeSerializer(StrictSerializer):
    """Whether the customer bought."""

    won = serializers.BooleanField()


@extend_schema_view(
    list=extend_schema(
        summary="List deals, newest first",
    ),
    retrieve=extend_schema(summary="Read one deal"),
)
class DealViewSet(ApiView, viewsets.ReadOnlyModelViewSet[Deal]):
    """What is being sold to customers, and whose marketing waits for it."""

    serializer_class = DealSerializer
    queryset = Deal.objects.select_related("company")
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset = ("-key",)
    filters = {
        "list": (
            Filter(name="stage", kind=Kind.CHOICE, choices=tuple(Deal.Stage.values)),
            Filter(name="owner", kind=Kind.ID, description="Those of one member of the team"),
            Filter(name="profile", kind=Kind.ID, description="Those with one person"),
            Filter(name="company", kind=Kind.ID, description="Those with one company"),
        )
    }
    access = {
        "list": VIEW,
        "retrieve": VIEW,
        "create": OPEN,
        "partial_update": CHANGE,
        "hold": HOLD,
        "release": HOLD,
        "outcome": CHANGE,
    }

    def get_queryset(self) -> QuerySet[Deal]:
        """Return the deals, narrowed."""
        exact = {name: value for name, value in self.query.items() if name != "profile"}
        found = Deal.objects.select_related("company").filter(**exact)
        if "profile" in self.query:
            try:
                found = found.filter(profile_id__in=family_of(self.query["profile"]))
            except Profile.DoesNotExist:
                return found.none()
        return found

    @extend_schema(
        summary="Open a deal",
        request=NewDealSerializer,
        responses={201: DealSerializer, 422: REFUSED},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    @once
    def create(self, request: Request) -> Response:
        """With a person."""
        given = _checked(NewDealSerializer, request)
        actor = person_of(request)
        profile_id, owner = given.pop("profile"), given.pop("owner", actor)
        return self._do(
            lambda now: actions.open_deal(
                profile_id=profile_id, owner=owner, terms=actions.Terms(**given), actor=actor, now=now
            ),
            status=201,
        )

    @extend_schema(
        summary="Change a deal, or its stage", request=TermsSerializer, responses={200: DealSerializer, 422: REFUSED}
    )
    def partial_update(self, request: Request, id: UUID) -> Response:
        """What is left out stays as it is."""
        deal = get_object_or_404(self.get_queryset(), pk=id)
        given = _checked(TermsSerializer, request)
        owner = given.pop("owner", deal.owner)
        known = {name: getattr(deal, name) for name in ("title", "amount", "currency", "stage", "closes_on")}
        terms = actions.Terms(**({**known, "company": deal.company_name} | given))
        actor = person_of(request)
        return self._do(lambda now: actions.change_deal(deal_id=id, owner=owner, terms=terms, actor=actor, now=now))

    @extend_schema(
        summary="Hold back the customer's marketing",
        request=HoldSerializer,
        responses={200: DealSerializer, 422: REFUSED},
    )
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, id: UUID) -> Response:
        """Until it is released, or the deal is over."""
        get_object_or_404(Deal, pk=id)
        given = _checked(HoldSerializer, request)
        by: dict[str, Any] = {"actor": person_of(request), "origin": origin_of(request)}
        return self._do(lambda now: actions.hold(deal_id=id, reason=given["reason"], now=now, **by))

    @extend_schema(
        summary="Let the customer's marketing go on",
        request=ReleaseSerializer,
        responses={200: DealSerializer, 422: REFUSED},
    )
    @action(detail=True, methods=["post"])
    def release(self, request: Request, id: UUID) -> Response:
        """Until a time that is still to come."""
        get_object_or_404(Deal, pk=id)
        given = _checked(ReleaseSerializer, request)
        by: dict[str, Any] = {"actor": person_of(request), "origin": origin_of(request)}
        return self._do(lambda now: actions.release(deal_id=id, now=now, **given, **by))

    @extend_schema(
        summary="Win or lose a deal", request=OutcomeSerializer, responses={200: DealSerializer, 422: REFUSED}
    )
    @action(detail=True, methods=["post"])
    def outcome(self, request: Request, id: UUID) -> Response:
        """It changes no more afterwards."""
        get_object_or_404(Deal, pk=id)
        act = actions.win if _checked(OutcomeSerializer, request)["won"] else actions.lose
        actor = person_of(request)
        return self._do(lambda now: act(deal_id=id, actor=actor, now=now))

    def _do(self, act: Callable[[datetime], Deal], *, status: int = 200) -> Response:
        try:
            deal = act(timezone.now())
        except actions.DealRefused as refusal:
            raise Unprocessable(str(refusal)) from refusal
        return Response(DealSerializer(deal).data, status=status)


def _checked(serializer: Any, request: Request) -> dict[str, Any]:
    form = serializer(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)
