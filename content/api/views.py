"""``/api/v1/templates/``: what we say, written and submitted by programs as by people."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from collaboration.approvals import ApprovalRefused
from content.actions.drafting import begin_locale, write_draft
from content.actions.errors import ContentRefused, StaleDraft
from content.actions.making import make
from content.actions.saving import save
from content.actions.submitting import submit
from content.api.serializers import (
    NewSubmissionSerializer,
    NewTemplateSerializer,
    NewWordsSerializer,
    RevisionSerializer,
    SubmissionSerializer,
    TemplateDetailSerializer,
    TemplateSerializer,
    WordsSerializer,
)
from content.forms import sender_for
from content.models import Draft, Kind, Revision, Template
from content.rendering import Broken
from content.selectors.states import with_state
from content.words import FIELDS
from engagement.api.exceptions import Conflict, Unprocessable
from engagement.api.idempotency import once
from engagement.api.pagination import KeysetPagination
from engagement.api.strict import ApiView, Filter
from engagement.api.strict import Kind as FilterKind
from engagement.village.access import person_of

READ = ("content:read", ("content.view_template",))
WRITE = ("content:write", ("content.view_template", "content.change_template"))
ADD = ("content:write", (*WRITE[1], "content.add_template"))
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
REFUSED = OpenApiResponse(description="It cannot be done; the detail says why")


@extend_schema_view(
    list=extend_schema(
        summary="List the texts in use, newest edit first",
    ),
    retrieve=extend_schema(summary="Read one text with its drafts", responses=TemplateDetailSerializer),
)
class TemplateViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[Template]):
    """Texts that the token's person may read."""

    serializer_class = TemplateSerializer
    queryset = Template.objects.none()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("-edited_at", "-key")
    paged = frozenset({"list", "revisions"})
    filters = {
        "list": (
            Filter(name="search", description="Part of the name"),
            Filter(name="kind", kind=FilterKind.CHOICE, choices=tuple(Kind.values)),
        )
    }
    bodiless = frozenset({"save_revision"})
    access = {"list": READ, "retrieve": READ, "revisions": READ, "create": ADD} | dict.fromkeys(
        ("words", "save_revision", "submissions"), WRITE
    )

    def get_queryset(self) -> QuerySet[Template]:
        """Return what the person may read, narrowed by ``search`` and ``kind``."""
        found = Template.objects.visible_to(person_of(self.request)).in_use()
        search, kind = self.query.get("search", ""), self.query.get("kind", "")
        found = found.filter(name__icontains=search) if search else found
        shown: QuerySet[Template] = with_state(found.filter(kind=kind) if kind else found)
        return shown

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Answer with one text, also with one that was put away."""
        return Response(self._detail(request, id))

    @extend_schema(
        summary="Begin a text",
        request=NewTemplateSerializer,
        responses={201: TemplateDetailSerializer},
        parameters=[KEY],
    )
    @once
    def create(self, request: Request) -> Response:
        """Make it with a first draft; it is the person's own."""
        form = NewTemplateSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        given["channel"] = given.get("channel") or sender_for(kind=given["kind"], purpose=given["purpose"])
        made = make(**given, author=person_of(request), now=timezone.now())
        return Response(self._detail(request, made.pk), status=201)

    @extend_schema(
        summary="Write the words of one language",
        request=NewWordsSerializer,
        responses={
            200: WordsSerializer,
            409: OpenApiResponse(description="Somebody wrote after the version that you have read"),
            422: REFUSED,
        },
    )
    @action(detail=True, methods=["put"])
    def words(self, request: Request, id: UUID) -> Response:
        """Keep the words as a draft; the same words again change nothing."""
        template = self._visible(request, id)
        form = NewWordsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said, author, now = form.validated_data, person_of(request), timezone.now()
        locale, version = said["locale"], said["version"]
        try:
            if version == 0 and not Draft.objects.filter(template=template, locale=locale).exists():
                version = begin_locale(template=template, locale=locale, author=author, now=now).version
            fields = {name: said[name] for name in FIELDS}
            draft = write_draft(
                template=template, locale=locale, fields=fields, version=version, author=author, now=now
            )
        except StaleDraft as stale:
            raise Conflict(str(stale)) from stale
        except ContentRefused as refused:
            raise Unprocessable(str(refused)) from refused
        return Response(WordsSerializer(draft).data)

    @extend_schema(
        summary="List the revisions of a text, newest first", responses=RevisionSerializer(many=True), filters=False
    )
    @action(detail=True, methods=["get"], serializer_class=RevisionSerializer)
    def revisions(self, request: Request, id: UUID) -> Response:
        """Answer with a page of what was saved."""
        self.keyset = ("-number",)
        paginator = KeysetPagination()
        found = Revision.objects.filter(template=self._visible(request, id))
        page = paginator.paginate_queryset(found, request, view=self)
        return paginator.get_paginated_response(RevisionSerializer(page, many=True).data)

    @extend_schema(
        summary="Save the drafts as a revision",
        description="The newest revision is answered when nothing has changed since it was saved.",
        request=None,
        responses={201: RevisionSerializer, 422: REFUSED},
        parameters=[KEY],
    )
    @revisions.mapping.post
    @once
    def save_revision(self, request: Request, id: UUID) -> Response:
        """Make what stands in the drafts unchangeable."""
        template = self._visible(request, id)
        try:
            revision = save(template=template, author=person_of(request), now=timezone.now())
        except (ContentRefused, Broken) as refused:
            raise Unprocessable(str(refused)) from refused
        return Response(RevisionSerializer(revision).data, status=201)

    @extend_schema(
        summary="Ask for approval of the text as it stands",
        request=NewSubmissionSerializer,
        responses={201: SubmissionSerializer, 422: REFUSED},
        parameters=[KEY],
    )
    @action(detail=True, methods=["post"])
    @once
    def submissions(self, request: Request, id: UUID) -> Response:
        """Save, and put the revision before a reviewer, who is somebody else."""
        template = self._visible(request, id)
        form = NewSubmissionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        facts = {"author": person_of(request), "now": timezone.now()}
        try:
            asked = submit(template=template, comment=form.validated_data["comment"], **facts)  # type: ignore[arg-type]
        except (ContentRefused, Broken, ApprovalRefused) as refused:
            raise Unprocessable(str(refused)) from refused
        return Response(SubmissionSerializer(asked).data, status=201)

    def _visible(self, request: Request, key: UUID) -> Template:
        return get_object_or_404(Template.objects.visible_to(person_of(request)), key=key)

    def _detail(self, request: Request, key: UUID) -> object:
        shown = with_state(Template.objects.visible_to(person_of(request))).prefetch_related("drafts")
        return TemplateDetailSerializer(get_object_or_404(shown, key=key)).data
