"""``/api/v1/companies/``."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from engagement.api.exceptions import Unprocessable
from engagement.api.idempotency import once
from engagement.api.strict import ApiView, Filter, StrictSerializer
from engagement.profiles.companies.changes import Facts, add_company, change_company
from engagement.profiles.companies.forms import owner_choices
from engagement.profiles.companies.refusals import CompanyRefused
from engagement.profiles.models import Company
from engagement.village.access import person_of
from engagement.village.audit import origin_of

VIEW = ("profiles:read", ("profiles.view_company",))
ADD = ("profiles:write", ("profiles.view_company", "profiles.add_company"))
CHANGE = ("profiles:write", ("profiles.view_company", "profiles.change_company"))
REFUSED = OpenApiResponse(description="It cannot be: a name or domain that is taken, a circle; the detail says which")


class CompanySerializer(serializers.ModelSerializer[Company]):
    """A company. ``parent`` is the one that it belongs to."""

    id = serializers.UUIDField(source="key", read_only=True)
    domains = serializers.SerializerMethodField()

    class Meta:
        model = Company
        fields = ["id", "name", "domains", "parent", "owner", "country", "created_at", "changed_at"]
        read_only_fields = fields

    def get_domains(self, company: Company) -> list[str]:
        """Return them in order."""
        return [one.domain for one in company.domains.all()]


class CompanyFactsSerializer(StrictSerializer):
    """What is known of a company; what is left out stays as it is."""

    name = serializers.CharField(max_length=200, required=False)
    domains = serializers.ListField(child=serializers.CharField(max_length=300), max_length=50, required=False)
    parent = serializers.UUIDField(required=False, allow_null=True)  # type: ignore[assignment]  # Field's own is no field
    owner = serializers.UUIDField(required=False, allow_null=True)
    country = serializers.CharField(max_length=2, required=False, allow_blank=True)

    def validate_parent(self, given: UUID | None) -> UUID | None:
        """A company that is known."""
        if given is not None and not Company.objects.filter(pk=given).exists():
            raise serializers.ValidationError(_("There is no company of this id."))
        return given

    def validate_owner(self, given: UUID | None) -> UUID | None:
        """One of those who may own customers."""
        if given is not None and not owner_choices().filter(pk=given).exists():
            raise serializers.ValidationError(_("Nobody of this id may own customers."))
        return given

    @property
    def facts(self) -> Facts:
        """What to write down."""
        names = {"parent": "parent_id", "owner": "owner_id"}
        return {names.get(name, name): value for name, value in self.validated_data.items()}  # type: ignore[return-value]


class NewCompanySerializer(CompanyFactsSerializer):
    """A company with its name."""

    name = serializers.CharField(max_length=200)


@extend_schema_view(
    list=extend_schema(
        summary="List companies, newest first",
    ),
    retrieve=extend_schema(summary="Read one company"),
)
class CompanyViewSet(ApiView, viewsets.ReadOnlyModelViewSet[Company]):
    """Companies and what belongs to what."""

    serializer_class = CompanySerializer
    queryset = Company.objects.prefetch_related("domains")
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset = ("-key",)
    filters = {"list": (Filter(name="search", description="Part of a name or of a domain"),)}
    access = {"list": VIEW, "retrieve": VIEW, "create": ADD, "partial_update": CHANGE}

    def get_queryset(self) -> QuerySet[Company]:
        """Return the companies, narrowed by ``search``."""
        search = self.query.get("search", "")
        return Company.objects.containing(search).prefetch_related("domains")

    @extend_schema(
        summary="Write down a company",
        request=NewCompanySerializer,
        responses={201: CompanySerializer, 422: REFUSED},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    @once
    def create(self, request: Request) -> Response:
        """Each name once, accents and case ignored."""
        return self._write(NewCompanySerializer(data=request.data), request)

    @extend_schema(
        summary="Change a company", request=CompanyFactsSerializer, responses={200: CompanySerializer, 422: REFUSED}
    )
    def partial_update(self, request: Request, id: UUID) -> Response:
        """What is left out stays as it is."""
        return self._write(CompanyFactsSerializer(data=request.data), request, get_object_or_404(Company, pk=id))

    def _write(self, form: CompanyFactsSerializer, request: Request, known: Company | None = None) -> Response:
        form.is_valid(raise_exception=True)
        by: dict[str, Any] = {"actor": person_of(request), "now": timezone.now(), "origin": origin_of(request)}
        try:
            if known is None:
                company = add_company(facts=form.facts, **by)
            else:
                company = change_company(company_id=known.pk, facts=form.facts, **by)
        except CompanyRefused as refusal:
            raise Unprocessable(str(refusal)) from refusal
        return Response(CompanySerializer(company).data, status=200 if known else 201)
