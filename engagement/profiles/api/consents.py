"""``/api/v1/consents/``: the ledger, and writing down what a person says."""

from typing import Any

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
from engagement.api.strict import ApiView, Filter, Kind, StrictSerializer
from engagement.profiles.actions import consent
from engagement.profiles.family import family_of
from engagement.profiles.models import Consent, Profile
from engagement.profiles.models.consent import CHANNELS, Basis, Purpose
from engagement.village.access import person_of
from engagement.village.audit import origin_of

READ = ("profiles:read", ("profiles.view_profile", "profiles.view_consent"))
WRITE = ("profiles:write", ("profiles.view_profile", "profiles.view_consent", "profiles.change_consent"))
SOURCE = "api"


class ConsentSerializer(serializers.ModelSerializer[Consent]):
    """A line of the ledger. ``granted`` false: withdrawn; ``channel`` empty then means every channel."""

    id = serializers.UUIDField(source="key", read_only=True)

    class Meta:
        model = Consent
        fields = ["id", "profile", "channel", "purpose", "granted", "basis", "source", "evidence", "at", "expires_at"]
        read_only_fields = fields


class NewConsentSerializer(StrictSerializer):
    """What they agreed to. ``text`` is what was shown or said; ``expires_at`` is required for an implied consent.

    ``address``: the one that it is about, where it is known. It leaves with it when profiles are taken apart.
    """

    profile = serializers.UUIDField()
    channel = serializers.ChoiceField(choices=CHANNELS)
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    basis = serializers.ChoiceField(choices=Basis.choices, default=Basis.EXPRESS)
    text = serializers.CharField(max_length=2000)
    version = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    locale = serializers.CharField(max_length=10, required=False, allow_blank=True, default="")
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    address = serializers.CharField(max_length=320, required=False, allow_blank=True, default="")


class WithdrawalSerializer(StrictSerializer):
    """What they want no more. Without ``channel``: by no channel."""

    profile = serializers.UUIDField()
    channel = serializers.ChoiceField(choices=CHANNELS, required=False, allow_blank=True, default="")
    purpose = serializers.ChoiceField(choices=Purpose.choices, default=Purpose.MARKETING)
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


@extend_schema_view(
    list=extend_schema(
        summary="List the lines of the ledger of consents, newest first",
    )
)
class ConsentViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[Consent]):
    """The ledger only grows: what was given is taken back by a line of its own."""

    serializer_class = ConsentSerializer
    queryset = Consent.objects.none()
    keyset: tuple[str, ...] = ("-key",)
    filters = {"list": (Filter(name="profile", kind=Kind.ID, description="Those of one person"),)}
    access = {"list": READ, "create": WRITE, "withdrawals": WRITE}

    def get_queryset(self) -> QuerySet[Consent]:
        """Return the lines, of one person where ``profile`` says so."""
        if "profile" not in self.query:
            return Consent.objects.all()
        try:
            return Consent.objects.filter(profile_id__in=family_of(self.query["profile"]))
        except Profile.DoesNotExist:
            return Consent.objects.none()

    @extend_schema(
        summary="Write down that a person agreed",
        request=NewConsentSerializer,
        responses={201: ConsentSerializer, 422: OpenApiResponse(description="It is no consent; the detail says why")},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    @once
    def create(self, request: Request) -> Response:
        """The same on the same evidence returns the line that stands."""
        form = NewConsentSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        evidence = {name: given[name] for name in ("text", "version", "locale") if given[name]}
        try:
            facts = {"basis": given["basis"], "expires_at": given["expires_at"], "address": given["address"]}
            line = consent.give(**_common(request, given), evidence=evidence, **facts)
        except consent.ConsentRefused as refusal:
            raise Unprocessable(str(refusal)) from refusal
        return Response(ConsentSerializer(line).data, status=201)

    @extend_schema(
        summary="Write down that a person wants no more of it",
        description="What waits to leave for them is stopped at once.",
        request=WithdrawalSerializer,
        responses={201: ConsentSerializer},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    @action(detail=False, methods=["post"])
    @once
    def withdrawals(self, request: Request) -> Response:
        """Needs no earlier consent: then it is an objection."""
        form = WithdrawalSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        line = consent.withdraw(**_common(request, given), evidence={"text": given["text"]})
        return Response(ConsentSerializer(line).data, status=201)


def _common(request: Request, given: dict[str, Any]) -> dict[str, Any]:
    return {
        "profile_id": get_object_or_404(Profile, pk=given["profile"], erased_at=None).pk,
        "channel": given["channel"],
        "purpose": given["purpose"],
        "source": SOURCE,
        "actor": person_of(request),
        "now": timezone.now(),
        "origin": origin_of(request),
    }
