"""``/api/v1/labels/``, and the labels of a conversation."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.actions.labels import LabelRefused, LabelValues, add_label, change_label, create_label, remove_label
from conversations.api.changes import lock_for_change, show_conversation
from conversations.api.serializers import ConversationSerializer, LabelSerializer
from conversations.models import Conversation, Label
from engagement.api.exceptions import Unprocessable
from engagement.api.idempotency import once
from engagement.api.preconditions import refuse_other_state
from engagement.api.strict import ApiView, Filter, Kind, StrictSerializer
from engagement.village.access import person_of
from engagement.village.audit import origin_of

READ = ("conversations:read", ())  # ``initial`` asks for one of READERS
READERS = ("conversations.view_conversation", "conversations.view_queue")
WRITE = ("conversations:write", ("conversations.change_conversation",))
MANAGE = ("conversations:write", ("conversations.view_queue", "conversations.change_queue"))
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
CONVERSATION = OpenApiParameter("conversation_id", UUID, OpenApiParameter.PATH)
REFUSED = OpenApiResponse(description="It cannot be done; the detail says why")


class LabelChangeSerializer(StrictSerializer):
    """What to change of a label; what is left out stays."""

    name = serializers.CharField(max_length=60, required=False)
    name_pt = serializers.CharField(max_length=60, required=False, allow_blank=True, help_text="Empty: as in English")
    color = serializers.ChoiceField(choices=Label.Color.choices, required=False, allow_blank=True)
    is_archived = serializers.BooleanField(required=False)


class NewLabelSerializer(LabelChangeSerializer):
    """A label to create."""

    name = serializers.CharField(max_length=60)


class SetLabelSerializer(StrictSerializer):
    """Which label to add to a conversation."""

    label = serializers.UUIDField()  # type: ignore[assignment]  # a field of this name


@extend_schema_view(
    list=extend_schema(summary="List labels, newest first"), retrieve=extend_schema(summary="Read one label")
)
class LabelViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[Label]):
    """What conversations are about."""

    serializer_class = LabelSerializer
    queryset = Label.objects.none()
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("-id",)
    access = {"list": READ, "retrieve": READ, "create": MANAGE, "partial_update": MANAGE}
    conditional = frozenset({"retrieve", "partial_update"})
    filters = {"list": (Filter(name="is_archived", kind=Kind.BOOLEAN),)}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in who answers customers, and who arranges the queues. Raises PermissionDenied."""
        super().initial(request, *args, **kwargs)
        if request.user.is_authenticated and not any(map(request.user.has_perm, READERS)):
            raise PermissionDenied

    def get_queryset(self) -> QuerySet[Label]:
        """Return all labels, narrowed by the filter."""
        if "is_archived" not in self.query:
            return Label.objects.all()
        return Label.objects.filter(archived_at__isnull=not self.query["is_archived"])

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Answer with one label."""
        return Response(LabelSerializer(get_object_or_404(Label, pk=id)).data)

    @extend_schema(
        summary="Create a label",
        request=NewLabelSerializer,
        responses={201: LabelSerializer, 422: REFUSED},
        parameters=[KEY],
    )
    @once
    def create(self, request: Request) -> Response:
        """Refused when there is one with this name."""
        form = NewLabelSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            made = create_label(values=LabelValues(**form.validated_data), **_by(request))
        except LabelRefused as refusal:
            raise Unprocessable(str(refusal), code="label_refused") from refusal
        return Response(LabelSerializer(made).data, status=201)

    @extend_schema(
        summary="Change, archive or restore a label",
        request=LabelChangeSerializer,
        responses={200: LabelSerializer, 422: REFUSED},
    )
    def partial_update(self, request: Request, id: UUID) -> Response:
        """An archived one stays where it was set."""
        form = LabelChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            current = get_object_or_404(Label.objects.select_for_update(), pk=id)
            refuse_other_state(request, LabelSerializer(current).data)
            names = ("name", "name_pt", "color", "is_archived")
            values = {name: getattr(current, name) for name in names} | form.validated_data
            try:
                done = change_label(label=current, values=LabelValues(**values), **_by(request))
            except LabelRefused as refusal:
                raise Unprocessable(str(refusal), code="label_refused") from refusal
        return Response(LabelSerializer(done).data)


class ConversationLabelViewSet(ApiView, viewsets.GenericViewSet[Conversation]):
    """The labels of one conversation."""

    serializer_class = ConversationSerializer
    queryset = Conversation.objects.none()
    lookup_url_kwarg = "label_id"
    lookup_value_converter = "uuid"
    access = {"create": WRITE, "destroy": WRITE}
    conditional = frozenset({"create", "destroy"})

    @extend_schema(
        summary="Add a label to a conversation",
        request=SetLabelSerializer,
        responses={200: ConversationSerializer, 422: REFUSED},
        parameters=[KEY, CONVERSATION],
    )
    @once
    def create(self, request: Request, conversation_id: UUID) -> Response:
        """The same again changes nothing."""
        conversation = _visible(request, conversation_id)
        form = SetLabelSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        label = Label.objects.filter(pk=form.validated_data["label"]).first()
        if label is None:
            raise Unprocessable("label: there is no label of this id.", code="label_unknown")
        return _change(request, conversation, label, add_label)

    @extend_schema(
        summary="Remove a label from a conversation",
        request=None,
        responses={200: ConversationSerializer},
        parameters=[CONVERSATION, OpenApiParameter("label_id", UUID, OpenApiParameter.PATH)],
    )
    def destroy(self, request: Request, conversation_id: UUID, label_id: UUID) -> Response:
        """The same again changes nothing."""
        conversation = _visible(request, conversation_id)
        return _change(request, conversation, get_object_or_404(Label, pk=label_id), remove_label)


def _visible(request: Request, key: UUID) -> Conversation:
    return get_object_or_404(Conversation.objects.visible_to(person_of(request)), key=key)


def _change(request: Request, conversation: Conversation, label: Label, act: Any) -> Response:
    with transaction.atomic():
        lock_for_change(request, conversation)
        try:
            act(conversation=conversation, label=label, actor=person_of(request), now=timezone.now())
        except LabelRefused as refusal:
            raise Unprocessable(str(refusal), code="label_refused") from refusal
    return Response(show_conversation(conversation.pk))


def _by(request: Request) -> dict[str, Any]:
    return {"actor": person_of(request), "origin": origin_of(request), "now": timezone.now()}
