"""``/api/v1/conversations/`` and the messages in them."""

import hashlib
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.actions.note import write_note
from conversations.actions.reply import ColleagueAnsweredFirst, reply
from conversations.actions.writing import ReplyRefused
from conversations.api.changes import ChangesMixin
from conversations.api.serializers import ConversationSerializer, MessageSerializer, NewMessageSerializer
from conversations.models import Conversation, Message, Queue
from conversations.selectors.search import find
from engagement.api.exceptions import Conflict, Unprocessable
from engagement.api.idempotency import once
from engagement.api.pagination import KeysetPagination
from engagement.api.strict import ApiView, Filter, Kind
from engagement.keys import new_key
from engagement.village.access import person_of

READ = ("conversations:read", ("conversations.view_conversation",))
WRITE = ("conversations:write", ("conversations.change_conversation",))


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
        )
    }
    access = dict.fromkeys(("list", "retrieve", "messages"), READ) | dict.fromkeys(
        ("write", "resolve", "reopen", "pend", "snooze", "assign", "move"), WRITE
    )
    bodiless = frozenset({"resolve", "reopen", "pend"})

    def get_queryset(self) -> QuerySet[Conversation]:
        """Return what the person may see, narrowed by ``search`` and ``status``."""
        visible = Conversation.objects.visible_to(person_of(self.request))
        if "status" in self.query:
            visible = visible.filter(status=self.query["status"])
        search = self.query.get("search", "")
        if search:
            queues = list(Queue.objects.worked_by(person_of(self.request)).values_list("pk", flat=True))
            visible = visible.filter(pk__in=find(words=search, queues=queues).keys)
        return visible.select_related("endpoint", "profile", "queue")

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
        found = Message.objects.filter(conversation=self._visible(id))
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


def _write(conversation: Conversation, request: Request, said: dict[str, Any]) -> Message:
    now, given = timezone.now(), request.headers.get("Idempotency-Key")
    client_key = hashlib.sha256(f"api {request.user.pk} {given or new_key()}".encode()).hexdigest()
    try:
        if said["kind"] == "note":
            return write_note(
                conversation=conversation, author=person_of(request), text=said["text"], client_key=client_key, now=now
            )
        return reply(
            conversation=conversation,
            author=person_of(request),
            text=said["text"],
            recipients=said.get("recipients"),
            client_key=client_key,
            seen_seq=said.get("seen_seq", conversation.message_seq),
            confirmed_recipients=said.get("confirmed_recipients"),
            now=now,
        )
    except ColleagueAnsweredFirst as first:
        raise Conflict(str(first)) from first
    except ReplyRefused as refusal:
        raise Unprocessable(str(refusal)) from refusal
