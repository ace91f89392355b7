"""``/api/v1/imports/``: bring people or companies in: upload a file, say what its columns mean, look, run, undo."""

from collections.abc import Callable
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from engagement.api.exceptions import Conflict, Unprocessable
from engagement.api.idempotency import once
from engagement.api.parsers import BoundedJSONParser
from engagement.api.strict import ApiView, StrictSerializer
from engagement.profiles import spreadsheet_cells
from engagement.profiles.importing import actions, report
from engagement.profiles.importing.forms import first_guesses
from engagement.profiles.importing.mapping import BadMapping, Mapping, deciding_kinds
from engagement.profiles.models import AttributeDefinition, PeopleImport
from engagement.profiles.models.consent import CHANNELS
from engagement.village.access import person_of
from engagement.village.audit import origin_of

READ = ("profiles:read", ("profiles.view_peopleimport",))
TAKE = ("profiles:write", ("profiles.view_peopleimport", "profiles.add_peopleimport"))
STEER = ("profiles:write", ("profiles.view_peopleimport", "profiles.change_peopleimport"))
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
NOT_NOW = OpenApiResponse(description="It is not in a state in which that can be done")


class ImportSerializer(serializers.ModelSerializer[PeopleImport]):
    """An import. ``guessed``: what its columns probably mean; ``tried``, ``done``, ``undone``: counts of rows."""

    id = serializers.UUIDField(source="key", read_only=True)
    guessed = serializers.SerializerMethodField()

    class Meta:
        model = PeopleImport
        fields = [
            *(
                "id",
                "kind",
                "filename",
                "size",
                "sheet",
                "sheets",
                "dialect",
                "headers",
                "guessed",
                "mapping",
                "status",
            ),
            *("failure", "read_rows", "tried", "done", "undone", "created_at", "begun_at", "ended_at", "kept_until"),
        ]
        read_only_fields = fields
        extra_kwargs = {"status": {"help_text": "uploaded, reading, checking, checked, running, done, …"}}

    def get_guessed(self, held: PeopleImport) -> list[str]:
        """Return a target for each column, "" where its header says nothing."""
        return first_guesses(held, self._definitions)

    @cached_property
    def _definitions(self) -> list[AttributeDefinition]:
        """Asked once for each answer, however many imports are in it."""
        return list(AttributeDefinition.objects.in_use())


class FileSerializer(StrictSerializer):
    """CSV, TSV or a spreadsheet, with headers."""

    file = serializers.FileField()
    kind = serializers.ChoiceField(choices=PeopleImport.Kind.choices, default="people", help_text="people or companies")


class MappingSerializer(StrictSerializer):
    """What the columns mean and how people come in."""

    columns = serializers.ListField(
        child=serializers.CharField(allow_blank=True, max_length=100),
        help_text="For each header a target: name, identity:email, attribute:<slug>, consent:sms, tags, … or empty; "
        "of companies name, domains, parent, owner, country; optout:all, optout:email, … who opted out",
    )
    decides = serializers.ListField(
        child=serializers.CharField(max_length=20),
        default=list,
        help_text="Kinds of address, the first known decides; empty: every kind in the file; of companies name",
    )
    wins = serializers.ChoiceField(choices=["known", "file"], default="known")
    country = serializers.CharField(
        default="", allow_blank=True, max_length=2, help_text="Of numbers in rows that name none; the organization's"
    )
    day_first = serializers.BooleanField(default=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=50), default=list)
    scope = serializers.CharField(default="", allow_blank=True, max_length=100)
    agreed = serializers.ListField(
        child=serializers.CharField(max_length=30),
        default=list,
        help_text=f"Channels by which everybody agreed to marketing: {', '.join(CHANNELS)}",
    )
    basis = serializers.CharField(default="express", max_length=20, help_text="express or implied")
    evidence = serializers.CharField(default="", allow_blank=True, max_length=2000)
    undated = serializers.ChoiceField(
        choices=["leave_out", "import_day"],
        default="leave_out",
        help_text="A consent without a readable date in the past: not recorded, or with the day of the import",
    )
    expires_on = serializers.DateField(allow_null=True, default=None)
    remember_as = serializers.CharField(default="", allow_blank=True, max_length=100)


class ReadingSerializer(StrictSerializer):
    """How the file is read; what is left out stays. ``sheet``: its place in ``sheets``. ``header``: a row."""

    encoding = serializers.CharField(required=False, max_length=20)
    delimiter = serializers.CharField(required=False, max_length=1, trim_whitespace=False)
    sheet = serializers.IntegerField(required=False, min_value=0)
    header = serializers.IntegerField(required=False, min_value=1)
    headless = serializers.BooleanField(required=False, help_text="There are no headers: that row is data already.")


def _step(summary: str) -> Callable[[Any], Any]:
    answers = {200: ImportSerializer, 409: NOT_NOW}
    return extend_schema(summary=summary, request=None, responses=answers, parameters=[KEY])


@extend_schema_view(
    list=extend_schema(summary="List imports of people, newest first"),
    retrieve=extend_schema(summary="Read one import: how far it is, and its counts"),
)
class ImportViewSet(ApiView, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[PeopleImport]):
    """Imports of people. Each step is safe to repeat; a worker does what it begins."""

    serializer_class = ImportSerializer
    queryset = PeopleImport.objects.all()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset = ("-key",)
    bodiless = frozenset({"run", "stop", "undo"})
    access = {
        **dict.fromkeys(("list", "retrieve", "problems"), READ),
        "create": TAKE,
        **dict.fromkeys(("reading", "mapping", "run", "stop", "undo"), STEER),
    }

    def get_parsers(self) -> list[Any]:
        """A file comes as multipart/form-data, everything else as JSON."""
        takes_file = getattr(self, "action_map", None) and self.action_map.get("post") == "create"
        return [MultiPartParser()] if takes_file else [BoundedJSONParser()]

    @extend_schema(
        summary="Upload a file of people; nothing is brought in yet",
        request={"multipart/form-data": FileSerializer},
        responses={201: ImportSerializer, 422: OpenApiResponse(description="It cannot be read; the detail says why")},
    )
    def create(self, request: Request) -> Response:
        """Keep the file."""
        given = FileSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        file = given.validated_data["file"]
        try:
            made = actions.take_file(
                file=file.file,
                filename=file.name,
                size=file.size,
                kind=given.validated_data["kind"],
                actor=person_of(request),
                now=timezone.now(),
                origin=origin_of(request),
            )
        except actions.ImportRefused as refusal:
            raise Unprocessable(str(refusal)) from refusal
        return Response(ImportSerializer(made).data, status=201)

    @extend_schema(
        summary="Read the file by another encoding, delimiter, sheet or row of headers",
        request=ReadingSerializer,
        responses={200: ImportSerializer, 409: NOT_NOW, 422: OpenApiResponse(description="It cannot be read so")},
        parameters=[KEY],
    )
    @action(detail=True, methods=["post"])
    @once
    def reading(self, request: Request, id: UUID) -> Response:
        """Read it anew; what its columns mean has to be said again."""
        held, given = self._held(id), ReadingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            held = actions.read_as(import_id=held.pk, **given.validated_data)
        except actions.NotNow as refusal:
            raise Conflict(str(refusal)) from refusal
        except actions.ImportRefused as refusal:
            raise Unprocessable(str(refusal)) from refusal
        return Response(ImportSerializer(held).data)

    @extend_schema(
        summary="Say what the columns mean; the trial begins",
        request=MappingSerializer,
        responses={200: ImportSerializer, 409: NOT_NOW, 422: OpenApiResponse(description="It cannot be used")},
        parameters=[KEY],
    )
    @action(detail=True, methods=["post"])
    @once
    def mapping(self, request: Request, id: UUID) -> Response:
        """Map the columns."""
        held, given = self._held(id), MappingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        chosen = dict(given.validated_data)
        name, ends = chosen.pop("remember_as"), chosen.pop("expires_on")
        chosen = {key: tuple(value) if isinstance(value, list) else value for key, value in chosen.items()}
        chosen["decides"] = chosen["decides"] or deciding_kinds(chosen["columns"])
        try:
            held = actions.map_columns(
                import_id=held.pk,
                mapping=Mapping(**chosen, expires_on=ends.isoformat() if ends else ""),
                actor=person_of(request),
                now=timezone.now(),
                remember_as=name,
            )
        except BadMapping as error:
            raise Unprocessable(str(error)) from error
        except actions.NotNow as refusal:
            raise Conflict(str(refusal)) from refusal
        return Response(ImportSerializer(held).data)

    @_step("Bring in what was tried, or go on where it was stopped")
    @action(detail=True, methods=["post"])
    @once
    def run(self, request: Request, id: UUID) -> Response:
        """Start it."""
        return self._do(request, id, actions.start)

    @_step("Stop it; what is in stays")
    @action(detail=True, methods=["post"])
    @once
    def stop(self, request: Request, id: UUID) -> Response:
        """Stop it."""
        return self._do(request, id, actions.stop)

    @_step("Take everything back that still stands so")
    @action(detail=True, methods=["post"])
    @once
    def undo(self, request: Request, id: UUID) -> Response:
        """Undo it."""
        return self._do(request, id, actions.undo)

    @extend_schema(
        summary="Read the rows that were refused or of which something was left out, as CSV",
        responses={(200, "text/csv"): OpenApiTypes.STR},
        filters=False,
    )
    @action(detail=True, methods=["get"])
    def problems(self, request: Request, id: UUID) -> HttpResponseBase:
        """Stream them."""
        held = self._held(id)
        if not held.file:
            raise Http404
        return StreamingHttpResponse(
            spreadsheet_cells.lines(report.problems(held)), content_type="text/csv; charset=utf-8"
        )

    def _do(self, request: Request, key: UUID, act: Callable[..., PeopleImport]) -> Response:
        held = self._held(key)
        try:
            done = act(import_id=held.pk, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
        except actions.NotNow as refusal:
            raise Conflict(str(refusal)) from refusal
        return Response(ImportSerializer(done).data)

    def _held(self, key: UUID) -> PeopleImport:
        return get_object_or_404(PeopleImport, key=key)
