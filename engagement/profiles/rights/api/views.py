"""``/api/v1/data-requests/``, ``/api/v1/disclosures/`` and ``/api/v1/legal-holds/``: the same acts as on the pages."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from engagement.api.exceptions import Unprocessable
from engagement.api.idempotency import once
from engagement.api.preconditions import refuse_other_state
from engagement.api.strict import ApiView, Filter, Kind
from engagement.profiles.models import DataRequest, Disclosure, LegalHold, Profile
from engagement.profiles.rights import answering, disclosing, erasing, filing, holding_back
from engagement.profiles.rights.api import serializers as given
from engagement.profiles.rights.filing import RequestRefused
from engagement.profiles.rights.subjects import confirmation_wanted, is_confirmation
from engagement.village.access import person_of
from engagement.village.audit import origin_of

READ = ("rights:read", ("profiles.view_datarequest",))
FILE = ("rights:write", ("profiles.view_datarequest", "profiles.add_datarequest"))
ANSWER = ("rights:write", ("profiles.view_datarequest", "profiles.answer_datarequest"))
TAKE = ("rights:read", ("profiles.view_datarequest", "profiles.answer_datarequest"))
CHANGES = ("identity", "law", "extension", "answer", "refusal", "cancellation")
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
REFUSED = OpenApiResponse(description="It cannot be done; the detail says why")
SHOWN = {200: given.DataRequestSerializer, 422: REFUSED}


def _may(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except RequestRefused as refusal:
        raise Unprocessable(str(refusal)) from refusal


@extend_schema_view(
    list=extend_schema(
        summary="List data requests, those due first first",
    ),
    retrieve=extend_schema(summary="Read one data request"),
)
class DataRequestViewSet(
    ApiView, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[DataRequest]
):
    """What people ask about their data: access, correction, objection, erasure."""

    serializer_class = given.DataRequestSerializer
    queryset = DataRequest.objects.prefetch_related("disclosures")
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("due_at", "key")
    filters = {
        "list": (
            Filter(name="profile", kind=Kind.ID, description="Of this person only"),
            Filter(name="waiting", kind=Kind.BOOLEAN, description="Only what nobody has answered"),
        )
    }
    bodiless = frozenset({"disclosure"})
    conditional = frozenset({"retrieve", "create", "erasure", *CHANGES})
    volatile = frozenset({"disclosures"})  # how far a file is
    access = {
        "list": READ,
        "retrieve": READ,
        "create": FILE,
        **dict.fromkeys(CHANGES, ANSWER),
        "disclosure": ANSWER,
        "erasure": ANSWER,
    }

    def get_queryset(self) -> QuerySet[DataRequest]:
        """Return those of one person, or that wait, where that is asked for."""
        rows = DataRequest.objects.prefetch_related("disclosures")
        if "profile" in self.query:
            rows = rows.filter(profile_id=self.query["profile"])
        return rows.waiting() if self.query.get("waiting") else rows

    @extend_schema(
        summary="File a request",
        request=given.NewRequestSerializer,
        parameters=[KEY],
        responses={201: given.DataRequestSerializer, 422: REFUSED},
    )
    @once
    def create(self, request: Request) -> Response:
        """Write a request down; one of its kind that waits already is returned."""
        body = self._read(given.NewRequestSerializer)
        profile = get_object_or_404(Profile, pk=body.pop("profile"))
        now = timezone.now()
        body.setdefault("received_at", now)
        common: dict[str, Any] = {"actor": person_of(request), "now": now, "origin": origin_of(request)}
        row = _may(lambda: filing.file_request(profile_id=profile.pk, **body, **common))
        return Response(self._shown(row.pk), status=201)

    @extend_schema(summary="Say how it is known that it is them", request=given.HowSerializer, responses=SHOWN)
    @action(detail=True, methods=["post"])
    def identity(self, request: Request, id: UUID) -> Response:
        """Write down how we know the person."""
        return self._act(id, answering.verify, self._read(given.HowSerializer))

    @extend_schema(summary="Choose another law", request=given.LawChangeSerializer, responses=SHOWN)
    @action(detail=True, methods=["post"])
    def law(self, request: Request, id: UUID) -> Response:
        """Put it under another law."""
        return self._act(id, filing.change_law, self._read(given.LawChangeSerializer))

    @extend_schema(summary="Take two further months", request=given.ReasonSerializer, responses=SHOWN)
    @action(detail=True, methods=["post"])
    def extension(self, request: Request, id: UUID) -> Response:
        """Extend it, once, by GDPR article 12(3)."""
        return self._act(id, answering.extend, self._read(given.ReasonSerializer))

    @extend_schema(summary="Close as answered", request=given.TextSerializer, responses=SHOWN)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, id: UUID) -> Response:
        """Close it as done."""
        return self._act(id, answering.answer, self._read(given.TextSerializer))

    @extend_schema(summary="Refuse", request=given.ReasonSerializer, responses=SHOWN)
    @action(detail=True, methods=["post"])
    def refusal(self, request: Request, id: UUID) -> Response:
        """Close it without doing what it asks."""
        return self._act(id, answering.refuse, self._read(given.ReasonSerializer))

    @extend_schema(summary="Take back", request=given.ReasonSerializer, responses=SHOWN)
    @action(detail=True, methods=["post"])
    def cancellation(self, request: Request, id: UUID) -> Response:
        """Close what the person took back."""
        return self._act(id, answering.cancel, self._read(given.ReasonSerializer))

    @extend_schema(summary="Have the person's file made", request=None, responses={202: given.DisclosureSerializer})
    @action(detail=True, methods=["post"])
    def disclosure(self, request: Request, id: UUID) -> Response:
        """Have the file made; read the request again to see how far it is."""
        common = self._common(id)
        row = _may(lambda: disclosing.ask(**common))
        return Response(given.DisclosureSerializer(row).data, status=202)

    @extend_schema(summary="Erase the person", request=given.TypedNameSerializer, responses=SHOWN)
    @action(detail=True, methods=["post"])
    def erasure(self, request: Request, id: UUID) -> Response:
        """Begin what cannot be undone. The confirmation is the profile's name; of a profile without a name one of its
        addresses; without an address its id.

        Where two have to confirm, the first one is noted (``first_confirmed_at``), and the second one begins.
        """
        common = self._common(id)
        person = DataRequest.objects.select_related("profile").get(pk=id).profile
        if not is_confirmation(person, self._read(given.TypedNameSerializer)["confirmation"]):
            raise Unprocessable(_("Nothing was erased.") + " " + confirmation_wanted(person))
        with transaction.atomic():
            erasing.lock_person(id)  # before the request, as the erasure does
            self._refuse_other_state(id)
            _may(lambda: erasing.confirm(**common))
        return Response(self._shown(id))

    def _read(self, serializer: Any) -> dict[str, Any]:
        body = serializer(data=self.request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def _common(self, pk: UUID) -> dict[str, Any]:
        get_object_or_404(DataRequest, pk=pk)
        actor = person_of(self.request)
        return {"request_id": pk, "actor": actor, "now": timezone.now(), "origin": origin_of(self.request)}

    def _act(self, pk: UUID, act: Callable[..., Any], body: dict[str, Any]) -> Response:
        common = self._common(pk)
        with transaction.atomic():
            self._refuse_other_state(pk)
            _may(lambda: act(**body, **common))
        return Response(self._shown(pk))

    def _refuse_other_state(self, pk: UUID) -> None:
        """Lock the request and compare it with ``If-Match``. Raises PreconditionFailed."""
        DataRequest.objects.lock(pk)
        refuse_other_state(self.request, self._shown(pk), volatile=self.volatile)

    def _shown(self, pk: UUID) -> Any:
        row = DataRequest.objects.prefetch_related("disclosures").get(pk=pk)
        return given.DataRequestSerializer(row, context=self.get_serializer_context()).data


@extend_schema_view(retrieve=extend_schema(summary="Read how far a person's file is"))
class DisclosureViewSet(ApiView, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Disclosure]):
    """Files that answer requests for access."""

    serializer_class = given.DisclosureSerializer
    queryset = Disclosure.objects.all()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    access = {"retrieve": READ, "file": TAKE}

    @extend_schema(summary="Take a person's file", responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def file(self, request: Request, id: UUID) -> FileResponse:
        """Give the ZIP out; that it was taken is in the audit trail before."""
        now = timezone.now()
        row = get_object_or_404(Disclosure.objects.select_related("request"), pk=id, state=Disclosure.State.READY)
        if row.expires_at is None or row.expires_at <= now or not default_storage.exists(row.path):
            raise NotFound
        disclosing.given_out(disclosure=row, actor=person_of(request), now=now, origin=origin_of(request))
        answer = FileResponse(default_storage.open(row.path), as_attachment=True, filename=f"data-{row.request_id}.zip")
        answer["Content-Type"], answer["Cache-Control"] = "application/zip", "no-store"
        return answer


@extend_schema_view(
    list=extend_schema(summary="List legal holds, newest first"), retrieve=extend_schema(summary="Read one legal hold")
)
class LegalHoldViewSet(ApiView, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[LegalHold]):
    """What forbids the erasure of a person."""

    serializer_class = given.LegalHoldSerializer
    queryset = LegalHold.objects.all()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("-key",)
    access = {
        **dict.fromkeys(("list", "retrieve"), ("rights:read", ("profiles.view_legalhold",))),
        "create": ("rights:write", ("profiles.view_legalhold", "profiles.add_legalhold")),
        "lift": ("rights:write", ("profiles.view_legalhold", "profiles.change_legalhold")),
    }

    @extend_schema(
        summary="Set a hold",
        request=given.NewHoldSerializer,
        parameters=[KEY],
        responses={201: given.LegalHoldSerializer, 422: REFUSED},
    )
    @once
    def create(self, request: Request) -> Response:
        """Forbid the erasure of a person."""
        body = given.NewHoldSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        facts = dict(body.validated_data)
        profile = get_object_or_404(Profile, pk=facts.pop("profile"), erased_at=None)
        common: dict[str, Any] = {"actor": person_of(request), "now": timezone.now(), "origin": origin_of(request)}
        row = _may(lambda: holding_back.hold(profile_id=profile.pk, **facts, **common))
        return Response(given.LegalHoldSerializer(row).data, status=201)

    @extend_schema(summary="Lift a hold", request=given.ReasonSerializer, responses=given.LegalHoldSerializer)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, id: UUID) -> Response:
        """Let erasures go on."""
        get_object_or_404(LegalHold, pk=id)
        body = given.ReasonSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        common: dict[str, Any] = {"actor": person_of(request), "now": timezone.now(), "origin": origin_of(request)}
        row = holding_back.lift(hold_id=id, reason=body.validated_data["reason"], **common)
        return Response(given.LegalHoldSerializer(row).data)
