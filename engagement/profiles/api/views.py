"""``/api/v1/profiles/``: people, what is known of them, and what stands around them."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from engagement.api.exceptions import Conflict, Unprocessable
from engagement.api.idempotency import once
from engagement.api.strict import ApiView, Filter
from engagement.profiles.actions.change import change, uncover
from engagement.profiles.actions.identify import AddressTaken
from engagement.profiles.actions.write_down import GivenAddress, write_down
from engagement.profiles.addresses import InvalidAddress
from engagement.profiles.api.serializers import AroundSerializer, ProfileSerializer, UncoveredSerializer
from engagement.profiles.api.timeline import TIMELINE_FILTERS, TimelineEventSerializer, read_timeline
from engagement.profiles.api.writing import (
    EmploymentWrittenSerializer,
    EndSerializer,
    FactsSerializer,
    NewProfileSerializer,
    RelationWrittenSerializer,
)
from engagement.profiles.companies import ties
from engagement.profiles.companies.around import around
from engagement.profiles.companies.changes import company_named
from engagement.profiles.companies.household import move_out
from engagement.profiles.companies.refusals import CompanyRefused
from engagement.profiles.family import family_of
from engagement.profiles.models import AttributeDefinition, Company, Employment, Profile, Relation
from engagement.profiles.search.find import find
from engagement.village.access import person_of
from engagement.village.audit import origin_of

VIEW = ("profiles:read", ("profiles.view_profile",))
CHANGE = ("profiles:write", ("profiles.view_profile", "profiles.change_profile"))
RELATE = ("profiles:write", ("profiles.view_profile", "profiles.relate_profile"))
UNCOVER = ("profiles:read", ("profiles.view_profile", "profiles.view_sensitive"))
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
REFUSED = OpenApiResponse(description="It cannot be done; the detail says why")


@extend_schema_view(
    list=extend_schema(
        summary="List profiles, newest first; those that are searched for, the best first",
    ),
    retrieve=extend_schema(summary="Read one profile"),
)
class ProfileViewSet(ApiView, viewsets.ReadOnlyModelViewSet[Profile]):
    """Customers. A profile that was merged names the one to read instead in ``canonical``."""

    serializer_class = ProfileSerializer
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    access = {
        "list": VIEW,
        "retrieve": VIEW,
        "create": CHANGE,
        "partial_update": CHANGE,
        "sensitive": UNCOVER,
        "around": VIEW,
        "timeline": VIEW,
        "employments": RELATE,
        "employment_end": RELATE,
        "relations": RELATE,
        "relation_end": RELATE,
        "household_end": RELATE,
    }
    keyset = ("-key",)
    paged = frozenset({"list", "timeline"})
    filters = {
        "list": (
            Filter(name="search", description="A name, an address or a part of one, a company, a tag, what they said"),
        ),
        "timeline": TIMELINE_FILTERS,
    }
    queryset = Profile.objects.prefetch_related("identities", "consent_states")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return a page of all, the newest first; with ``search`` the best at most 50 of who is found, on one page."""
        search = self.query.get("search", "")
        if not search:
            return super().list(request, *args, **kwargs)
        keys = [hit.key for hit in find(search, reader=person_of(request)).hits]
        read = self.get_queryset().in_bulk(keys)
        rows = [read[key] for key in keys if key in read]
        return Response({"next": None, "results": self.get_serializer(rows, many=True).data})

    @extend_schema(
        summary="Write down a person by their addresses",
        description="Who has one of the addresses gets the others and the facts (200); else they are new (201).",
        request=NewProfileSerializer,
        responses={
            200: ProfileSerializer,
            201: ProfileSerializer,
            409: OpenApiResponse(description="The addresses are different people's"),
            422: REFUSED,
        },
        parameters=[KEY],
    )
    @once
    def create(self, request: Request) -> Response:
        """The same again changes nothing."""
        form = NewProfileSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        _refuse_owner(request, form)
        addresses = [GivenAddress(**given) for given in form.validated_data["identities"]]
        try:
            profile, is_new = write_down(addresses=addresses, facts=form.facts, **_by(request))
        except AddressTaken as taken:
            raise Conflict(f"{taken} is an address of profile {taken.holder}. If both are one, merge them.") from taken
        except InvalidAddress as error:
            raise Unprocessable(str(error)) from error
        return self._answer(profile, status=201 if is_new else 200)

    @extend_schema(
        summary="Change what is known of a person",
        request=FactsSerializer,
        responses={200: ProfileSerializer},
    )
    def partial_update(self, request: Request, id: UUID) -> Response:
        """What is left out stays as it is."""
        profile = get_object_or_404(Profile, pk=id, erased_at=None)
        form = FactsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        _refuse_owner(request, form)
        return self._answer(change(profile_id=profile.pk, facts=form.facts, **_by(request)))

    @extend_schema(
        summary="Uncover the sensitive attributes of a person",
        description="That each of them was looked at is committed to the audit trail first.",
        responses={200: UncoveredSerializer},
    )
    @action(detail=True, methods=["get"])
    def sensitive(self, request: Request, id: UUID) -> Response:
        """All that are known."""
        profile = get_object_or_404(Profile, pk=family_of(get_object_or_404(Profile, pk=id).pk)[0], erased_at=None)
        declared = AttributeDefinition.objects.filter(sensitive=True, slug__in=list(profile.attributes))
        with transaction.atomic():
            for definition in declared.order_by("position", "slug"):
                uncover(profile=profile, definition=definition, **_by(request))
        attributes = {one.slug: profile.attributes[one.slug] for one in declared}
        return Response({"attributes": attributes}, headers={"Cache-Control": "no-store"})

    @extend_schema(summary="Read where a person works and who belongs with them", responses={200: AroundSerializer})
    @action(detail=True, methods=["get"])
    def around(self, request: Request, id: UUID) -> Response:
        """As it is now."""
        return self._around(id)

    @extend_schema(
        summary="Read what happened with a contact, newest first",
        description=(
            "Only what the token's person may see, and what its scopes cover: messages need `conversations:read`,"
            " notes, tasks and handoffs `work:read`, deals `deals:read`, campaigns `campaigns:read`."
        ),
        responses=TimelineEventSerializer(many=True),
        filters=False,
    )
    @action(detail=True, methods=["get"])
    def timeline(self, request: Request, id: UUID) -> Response:
        """A page over everything; of a merged contact, what happened with the one that is read instead."""
        profile = get_object_or_404(Profile, pk=id)
        return read_timeline(request, family=family_of(profile.canonical_id or profile.pk), query=self.query)

    @extend_schema(
        summary="Write down where a person works",
        request=EmploymentWrittenSerializer,
        responses={201: AroundSerializer, 422: REFUSED},
    )
    @action(detail=True, methods=["post"])
    def employments(self, request: Request, id: UUID) -> Response:
        """Who works there already gets the new position."""
        profile = get_object_or_404(Profile, pk=id, erased_at=None)
        given = _checked(EmploymentWrittenSerializer, request)
        company = _company(request, given.pop("company", None), given.pop("company_name", ""))
        ties.employ(profile_id=profile.pk, company=company, **given, **_by(request))
        return self._around(id, status=201)

    @extend_schema(
        summary="A person does not work there any more",
        request=EndSerializer,
        responses={200: AroundSerializer, 422: REFUSED},
        parameters=[OpenApiParameter("key", UUID, OpenApiParameter.PATH)],
    )
    @action(detail=True, methods=["post"], url_path="employments/<uuid:key>/end", url_name="employment-end")
    def employment_end(self, request: Request, id: UUID, key: UUID) -> Response:
        """The row stays."""
        row = get_object_or_404(Employment, pk=key, profile_id__in=_family(id))
        return self._end(request, id, lambda **facts: ties.leave(employment_id=row.pk, **facts))

    @extend_schema(
        summary="Write down who belongs with a person",
        request=RelationWrittenSerializer,
        responses={201: AroundSerializer, 422: REFUSED},
    )
    @action(detail=True, methods=["post"])
    def relations(self, request: Request, id: UUID) -> Response:
        """The same again changes nothing."""
        profile = get_object_or_404(Profile, pk=id, erased_at=None)
        given = _checked(RelationWrittenSerializer, request)
        try:
            ties.relate(profile_id=profile.pk, other_id=given.pop("other"), **given, **_by(request))
        except ties.TieRefused as refusal:
            raise Unprocessable(str(refusal)) from refusal
        except Profile.DoesNotExist as error:
            raise Unprocessable("There is no other person of this id.") from error
        return self._around(id, status=201)

    @extend_schema(
        summary="Two people do not belong together any more",
        request=EndSerializer,
        responses={200: AroundSerializer, 422: REFUSED},
        parameters=[OpenApiParameter("key", UUID, OpenApiParameter.PATH)],
    )
    @action(detail=True, methods=["post"], url_path="relations/<uuid:key>/end", url_name="relation-end")
    def relation_end(self, request: Request, id: UUID, key: UUID) -> Response:
        """The row stays."""
        row = get_object_or_404(Relation, pk=key)
        if not {row.profile_id, row.other_id} & set(_family(id)):
            raise Http404
        return self._end(request, id, lambda **facts: ties.part(relation_id=row.pk, **facts))

    @extend_schema(
        summary="A person moves out of their household",
        description="The others stay together. Who lives alone stays so.",
        request=EndSerializer,
        responses={200: AroundSerializer, 422: REFUSED},
    )
    @action(detail=True, methods=["post"], url_path="household/end", url_name="household-end")
    def household_end(self, request: Request, id: UUID) -> Response:
        """The rows stay."""
        return self._end(request, id, lambda **facts: move_out(profile_id=_family(id)[0], **facts))

    def _end(self, request: Request, id: UUID, act: Any) -> Response:
        until = _checked(EndSerializer, request).get("until", timezone.localdate())
        try:
            act(until=until, **_by(request))
        except ties.TieRefused as refusal:
            raise Unprocessable(str(refusal)) from refusal
        return self._around(id)

    def _around(self, id: UUID, *, status: int = 200) -> Response:
        return Response(AroundSerializer(around(_family(id))).data, status=status)

    def _answer(self, profile: Profile, *, status: int = 200) -> Response:
        read = self.get_queryset().get(pk=profile.pk)
        return Response(self.get_serializer(read).data, status=status)


def _refuse_owner(request: Request, form: FactsSerializer) -> None:
    if "owner" in form.validated_data and not request.user.has_perm("profiles.relate_profile"):
        raise PermissionDenied


def _company(request: Request, key: UUID | None, name: str) -> Company:
    """The company that was meant. Raises Unprocessable; PermissionDenied for who may not write one down."""
    found = Company.objects.filter(pk=key) if key else Company.objects.named(name)
    company = found.first()
    if company is not None:
        return company
    if key:
        raise Unprocessable("There is no company of this id.")
    if not request.user.has_perm("profiles.add_company"):
        raise PermissionDenied
    try:
        return company_named(name=name, **_by(request))
    except CompanyRefused as refusal:
        raise Unprocessable(str(refusal)) from refusal


def _checked(serializer: Any, request: Request) -> dict[str, Any]:
    form = serializer(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def _family(id: UUID) -> list[UUID]:
    return family_of(get_object_or_404(Profile, pk=id, erased_at=None).pk)


def _by(request: Request) -> dict[str, Any]:
    return {"actor": person_of(request), "now": timezone.now(), "origin": origin_of(request)}
