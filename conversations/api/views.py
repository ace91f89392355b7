"""``/api/v1/conversations/`` and the messages in them."""

import hashlib
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from collaboration.api.serializers import HandoffSerializer, NewTaskSerializer, TaskSerializer, handoff_code
from collaboration.api.views import make_task
from collaboration.handoffs import HandoffRefused
from conversations.actions.hand_over import hand_over
from conversations.actions.note import write_note
from conversations.actions.read import SUBJECT
from conversations.actions.reply import reply
from conversations.api.begin_conversation import BeginSerializer, begin_conversation
from conversations.api.changes import CHANGES, ChangesMixin, show_conversation
from conversations.api.refusals import refusals_as_problems
from conversations.api.serializers import (
    ConversationSerializer,
    MessageSerializer,
    NewHandoffSerializer,
    NewMessageSerializer,
)
from conversations.models import Conversation, ConversationLabel, Message, Queue
from conversations.selectors.attachments import attachments_visible_to
from conversations.selectors.search import find
from engagement.api.exceptions import Unprocessable
from engagement.api.idempotency import once
from engagement.api.pagination import KeysetPagination
from engagement.api.strict import ApiView, Filter, Kind
from engagement.keys import new_key
from engagement.village.access import person_of

READ = ("conversations:read", ("conversations.view_conversation",))
WRITE = ("conversations:write", ("conversations.change_conversation",))
BEGIN = ("conversations:write", ("conversations.change_conversation", "profiles.view_profile"))
HAND_OVER = ("conversations:write", ("conversations.change_conversation", "collaboration.add_handoff"))
MAKE_TASK = ("work:write", ("conversations.view_conversation", "collaboration.add_task"))


@extend_schema_view(
    list=extend_schema(
        summary="List the conversations of your queues, most recently active first",
    ),
    retrieve=extend_schema(summary="Read one conversation"),
)
class ConversationViewSet(ApiView, ChangesMixin, mixins.ListModelMixin, viewsets.GenericViewSet[Conversation]):
    """Conversations that the token's person may open."""

    serializer_class = ConversationSerializer
    queryset = Conversation.objects.none()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("-last_activity_at", "-key")
    paged = frozenset({"list", "messages"})
    filters = {
        "list": (
            Filter(name="search", description="Words in messages, subjects, names or addresses"),
            Filter(name="status", kind=Kind.CHOICE, choices=tuple(Conversation.Status.values)),
            Filter(name="label", kind=Kind.ID, description="Only conversations that have this label"),
        )
    }
    access = (
        dict.fromkeys(("list", "retrieve", "messages"), READ)
        | dict.fromkeys(("write", *CHANGES), WRITE)
        | {"create": BEGIN, "handoff": HAND_OVER, "tasks": MAKE_TASK}
    )
    conditional = frozenset({"retrieve", *CHANGES})
    bodiless = frozenset({"resolve", "reopen", "pend"})

    def get_queryset(self) -> QuerySet[Conversation]:
        """Return what the person may see, narrowed by ``search`` and ``status``."""
        visible = Conversation.objects.visible_to(person_of(self.request))
        if "status" in self.query:
            visible = visible.filter(status=self.query["status"])
        if "label" in self.query:
            links = ConversationLabel.objects.filter(label_id=self.query["label"])
            visible = visible.filter(pk__in=links.values("conversation"))
        search = self.query.get("search", "")
        if search:
            queues = list(Queue.objects.worked_by(person_of(self.request)).values_list("pk", flat=True))
            visible = visible.filter(pk__in=find(words=search, queues=queues).keys)
        return visible.select_related("endpoint", "profile", "queue").prefetch_related("labels")

    @extend_schema(
        summary="Begin a conversation by email or SMS",
        description=(
            "The first words leave when their time to undo is over. Refused (422) as on the page: when the address is"
            " suppressed, the person opted out of SMS, or the channel is paused; the problem's type ends in the reason."
        ),
        request=BeginSerializer,
        responses={
            201: ConversationSerializer,
            409: OpenApiResponse(description="Another conversation is open on a channel that has one at a time"),
            422: OpenApiResponse(description="It cannot be sent; the detail says why"),
        },
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        examples=[
            OpenApiExample(
                "By email",
                value={
                    "profile": "0193a3f0-5b1e-7c3a-9d42-6f1c0a7b2e10",
                    "kind": "email",
                    "subject": "Your saddle is on its way",
                    "text": "It left today and arrives on Friday.",
                },
                request_only=True,
            ),
            OpenApiExample(
                "By SMS to a number", value={"address": "+5531988010101", "text": "It is here."}, request_only=True
            ),
        ],
    )
    @once
    def create(self, request: Request) -> Response:
        """Begin it once for each Idempotency-Key."""
        form = BeginSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        message = begin_conversation(request, form.validated_data, client_key=_client_key(request))
        return Response(show_conversation(message.conversation_id), status=201)

    @extend_schema(
        summary="Hand a conversation over to another department",
        description="It stays where it is until somebody there accepts the handoff.",
        request=NewHandoffSerializer,
        responses={
            201: HandoffSerializer,
            422: OpenApiResponse(description="It cannot be offered; the detail says why"),
        },
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    @action(detail=True, methods=["post"])
    @once
    def handoff(self, request: Request, id: UUID) -> Response:
        """Offer it to the department of another queue."""
        conversation = self._visible(id)
        form = NewHandoffSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            made = hand_over(
                conversation=conversation, actor=person_of(request), now=timezone.now(), **form.validated_data
            )
        except HandoffRefused as refusal:
            raise Unprocessable(str(refusal), code=handoff_code(refusal)) from refusal
        return Response(HandoffSerializer(made).data, status=201)

    @extend_schema(
        summary="Make a task about a conversation",
        request=NewTaskSerializer,
        responses={201: TaskSerializer, 422: OpenApiResponse(description="It cannot be made; the detail says why")},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    @action(detail=True, methods=["post"])
    @once
    def tasks(self, request: Request, id: UUID) -> Response:
        """Whoever gets it is notified."""
        conversation = self._visible(id)
        form = NewTaskSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        profile = conversation.profile.canonical_id or conversation.profile_id
        about = {"subject_type": SUBJECT, "subject_id": conversation.pk, "profile_id": profile}
        return make_task(request, dict(form.validated_data), about)

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Answer with one conversation."""
        return Response(ConversationSerializer(self._visible(id)).data)

    @extend_schema(
        summary="List the messages of a conversation, newest first",
        responses=MessageSerializer(many=True),
        filters=False,
    )
    @action(detail=True, methods=["get"], serializer_class=MessageSerializer)
    def messages(self, request: Request, id: UUID) -> Response:
        """Answer with a page of entries: what they said, what we said, notes, events."""
        self.keyset = ("-seq",)
        paginator = KeysetPagination()
        found = Message.objects.filter(conversation=self._visible(id)).prefetch_related("files__attachment")
        page = paginator.paginate_queryset(found, request, view=self)
        return paginator.get_paginated_response(MessageSerializer(page, many=True).data)

    @extend_schema(
        summary="Answer, or write a note",
        description="The reply leaves when its time to undo is over. Send an Idempotency-Key to be able to repeat.",
        request=NewMessageSerializer,
        responses={
            201: MessageSerializer,
            409: OpenApiResponse(description="A colleague answered after seen_seq"),
            422: OpenApiResponse(description="It cannot be sent; the detail says why"),
        },
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    @messages.mapping.post
    @once
    def write(self, request: Request, id: UUID) -> Response:
        """Write into the conversation."""
        conversation = self._visible(id)
        form = NewMessageSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        message = _write(conversation, request, form.validated_data)
        return Response(MessageSerializer(message).data, status=201)

    def _visible(self, key: UUID) -> Conversation:
        visible = Conversation.objects.visible_to(person_of(self.request)).select_related(
            "endpoint", "profile", "queue"
        )
        return get_object_or_404(visible, key=key)


def _client_key(request: Request) -> str:
    given = request.headers.get("Idempotency-Key")
    return hashlib.sha256(f"api {request.user.pk} {given or new_key()}".encode()).hexdigest()


def _write(conversation: Conversation, request: Request, said: dict[str, Any]) -> Message:
    now, person, files = timezone.now(), person_of(request), said.get("attachments", ())
    if attachments_visible_to(person).filter(pk__in=files).count() != len(set(files)):
        raise Unprocessable("attachments: one of them is not there. Upload it first.", code="attachment_missing")
    with refusals_as_problems():
        if said["kind"] == "note":
            return write_note(
                conversation=conversation,
                author=person,
                text=said["text"],
                client_key=_client_key(request),
                attachment_ids=files,
                now=now,
            )
        return reply(
            conversation=conversation,
            author=person,
            text=said["text"],
            recipients=said.get("recipients"),
            client_key=_client_key(request),
            seen_seq=said.get("seen_seq", conversation.message_seq),
            confirmed_recipients=said.get("confirmed_recipients"),
            attachment_ids=files,
            now=now,
        )
