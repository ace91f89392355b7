"""``/api/v1/duplicates/`` and ``/api/v1/merges/``: the same acts as on the pages, for programs."""

from functools import cached_property
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

from engagement.api.exceptions import Conflict, Unprocessable
from engagement.api.idempotency import once
from engagement.api.strict import ApiView, StrictSerializer
from engagement.profiles.actions import propose
from engagement.profiles.actions.merge import AlreadyOne, MergeRefused, merge
from engagement.profiles.actions.undo_merge import undo
from engagement.profiles.merging.known import attribute_of
from engagement.profiles.merging.reasons import in_words
from engagement.profiles.models import AttributeDefinition, Merge, MergeProposal, Profile
from engagement.profiles.selectors import merging
from engagement.village.access import person_of
from engagement.village.audit import origin_of

_MAY = ("profiles.view_profile", "profiles.merge_profile")
READ, WRITE = ("profiles:read", _MAY), ("profiles:write", _MAY)
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
REFUSED = OpenApiResponse(description="It cannot be done; the detail says why")


class ProposalSerializer(serializers.ModelSerializer[MergeProposal]):
    """A pair that may be one person. ``confidence`` in per cent; ``reasons`` in words of the reader's language."""

    id = serializers.UUIDField(source="key", read_only=True)
    profiles = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField()

    class Meta:
        model = MergeProposal
        fields = ["id", "profiles", "confidence", "reasons", "state", "at"]
        read_only_fields = fields

    def get_profiles(self, row: MergeProposal) -> list[UUID]:
        """Return the canonical profiles of both sides."""
        return [row.low.canonical_id or row.low_id, row.high.canonical_id or row.high_id]

    def get_reasons(self, row: MergeProposal) -> list[str]:
        """Return what speaks for it, and against it."""
        return [reason.text for reason in in_words(row.reasons, self._labels)]

    @cached_property
    def _labels(self) -> dict[str, str]:
        """Asked once for each answer, however many pairs are in it."""
        return merging.labels_of_attributes()


class MergeSerializer(serializers.ModelSerializer[Merge]):
    """A merge. ``facts`` are the names of what it changed on ``kept``; a sensitive attribute's values stay covered."""

    id = serializers.UUIDField(source="key", read_only=True)
    facts = serializers.SerializerMethodField()

    class Meta:
        model = Merge
        fields = ["id", "kept", "merged", "facts", "tags_added", "actor", "at", "undone_by", "undone_at"]
        read_only_fields = fields

    def get_facts(self, row: Merge) -> dict[str, Any]:
        """Return {name: [before, after]}."""
        return {name: each for name, each in row.facts.items() if attribute_of(name) not in self._sensitive}

    @cached_property
    def _sensitive(self) -> set[str]:
        """Asked once for each answer, however many merges are in it."""
        return set(AttributeDefinition.objects.filter(sensitive=True).values_list("slug", flat=True))


class NewMergeSerializer(StrictSerializer):
    """Which two; ``chosen`` are the names of facts in which ``merged`` is right although both know one."""

    kept = serializers.UUIDField()
    merged = serializers.UUIDField()
    chosen = serializers.ListField(child=serializers.CharField(max_length=100), default=list, max_length=200)


@extend_schema_view(list=extend_schema(summary="List the pairs that may be one person, the surest first"))
class ProposalViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[MergeProposal]):
    """Pairs that wait for somebody to decide."""

    serializer_class = ProposalSerializer
    queryset = MergeProposal.objects.none()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("-confidence", "-key")
    bodiless = frozenset({"apart"})
    access = {"list": READ, "apart": WRITE}

    def get_queryset(self) -> QuerySet[MergeProposal]:
        """Return those that nobody decided."""
        return merging.open_proposals()

    @extend_schema(summary="Say that they are two people", request=None, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    def apart(self, request: Request, id: UUID) -> Response:
        """Keep it: the pair is not proposed again."""
        row = get_object_or_404(MergeProposal, pk=id)
        told = propose.tell_apart(
            proposal_id=row.pk, actor=person_of(request), now=timezone.now(), origin=origin_of(request)
        )
        return Response(ProposalSerializer(told, context=self.get_serializer_context()).data)


@extend_schema_view(
    list=extend_schema(summary="List merges, newest first"), retrieve=extend_schema(summary="Read one merge")
)
class MergeViewSet(ApiView, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Merge]):
    """What was put together, also what was taken apart again."""

    serializer_class = MergeSerializer
    queryset = Merge.objects.all()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("-key",)
    bodiless = frozenset({"undo"})
    access = {"list": READ, "retrieve": READ, "create": WRITE, "undo": WRITE}

    @extend_schema(
        summary="Put two profiles of one person together",
        request=NewMergeSerializer,
        responses={201: MergeSerializer, 409: OpenApiResponse(description="They are one already"), 422: REFUSED},
        parameters=[KEY],
    )
    @once
    def create(self, request: Request) -> Response:
        """Put ``merged`` into ``kept``; both must be canonical."""
        form = NewMergeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        for name in ("kept", "merged"):
            get_object_or_404(Profile, pk=given[name], erased_at=None)
        try:
            row = merge(
                kept_id=given["kept"],
                merged_id=given["merged"],
                chosen=given["chosen"],
                actor=person_of(request),
                now=timezone.now(),
                origin=origin_of(request),
            )
        except AlreadyOne as error:
            raise Conflict(str(error)) from error
        except MergeRefused as error:
            raise Unprocessable(str(error)) from error
        return Response(MergeSerializer(row, context=self.get_serializer_context()).data, status=201)

    @extend_schema(summary="Take them apart again", request=None, responses={200: MergeSerializer, 422: REFUSED})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, id: UUID) -> Response:
        """Undo a merge, in whatever order; undoing twice changes nothing."""
        row = get_object_or_404(Merge, pk=id)
        try:
            done = undo(merge_id=row.pk, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
        except MergeRefused as error:
            raise Unprocessable(str(error)) from error
        return Response(MergeSerializer(done.merge, context=self.get_serializer_context()).data)
