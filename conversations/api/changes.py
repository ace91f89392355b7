"""What a program may change of a conversation: the same actions as the buttons of the inbox."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.actions import status as statuses
from conversations.actions.assign import assign, move
from conversations.api.refusals import refusals_as_problems
from conversations.api.serializers import ConversationSerializer
from conversations.models import Conversation, Queue
from engagement.api.exceptions import Unprocessable
from engagement.api.idempotency import once
from engagement.api.preconditions import refuse_other_state
from engagement.api.strict import StrictSerializer
from engagement.village.access import person_of
from engagement.village.models import User

CHANGES = ("resolve", "reopen", "pend", "snooze", "assign", "move")
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
ANSWERS = {
    200: ConversationSerializer,
    409: OpenApiResponse(description="Another conversation is open on a channel that has one at a time"),
    422: OpenApiResponse(description="It cannot be done; the detail says why"),
}


class SnoozeSerializer(StrictSerializer):
    """Until when it is snoozed; it comes back by itself, or when the customer writes."""

    until = serializers.DateTimeField()


class AssignmentSerializer(StrictSerializer):
    """Who answers: the id of a member of the team, or null for nobody."""

    assignee = serializers.UUIDField(allow_null=True)
    seen = serializers.UUIDField(
        allow_null=True,
        required=False,
        help_text="The assignee that you have seen, null for nobody: if a colleague got it since, you get 409.",
    )


class MoveSerializer(StrictSerializer):
    """The slug of the queue that it goes to."""

    queue = serializers.SlugField(max_length=60)


def change_schema(summary: str, body: Any = None, conflict: str = "") -> Callable[[Any], Any]:
    """Describe an operation that answers with the conversation as it is afterwards."""
    answers = ANSWERS | ({409: OpenApiResponse(description=conflict)} if conflict else {})
    return extend_schema(summary=summary, request=body, responses=answers, parameters=[KEY])


class ChangesMixin:
    """Each change is safe to repeat."""

    _visible: Callable[[UUID], Conversation]

    @change_schema("Resolve a conversation")
    @action(detail=True, methods=["post"])
    @once
    def resolve(self, request: Request, id: UUID) -> Response:
        """Nobody waits any more; a new message of the customer opens it again."""
        return self._change(request, id, statuses.resolve)

    @change_schema("Reopen a conversation")
    @action(detail=True, methods=["post"])
    @once
    def reopen(self, request: Request, id: UUID) -> Response:
        """Take a resolved, pending or snoozed conversation back among the open ones."""
        return self._change(request, id, statuses.reopen)

    @change_schema("Mark a conversation as pending")
    @action(detail=True, methods=["post"])
    @once
    def pend(self, request: Request, id: UUID) -> Response:
        """It waits on the customer."""
        return self._change(request, id, statuses.pend)

    @change_schema("Snooze a conversation", SnoozeSerializer)
    @action(detail=True, methods=["post"])
    @once
    def snooze(self, request: Request, id: UUID) -> Response:
        """Until a time in the future."""
        return self._change(request, id, statuses.snooze, **_checked(SnoozeSerializer, request))

    @change_schema("Assign a conversation", AssignmentSerializer, "Somebody else got it after `seen`")
    @action(detail=True, methods=["post"])
    @once
    def assign(self, request: Request, id: UUID) -> Response:
        """To a member of the team who works on its queue, or to nobody."""
        self._visible(id)
        body = _checked(AssignmentSerializer, request)
        given = body["assignee"]
        seen = str(body["seen"] or "") if "seen" in body else None
        assignee = User.objects.filter(pk=given, is_active=True).first() if given else None
        if given and assignee is None:
            raise Unprocessable("assignee: no active member of the team has this id.")
        return self._change(request, id, assign, assignee=assignee, seen=seen)

    @change_schema("Move a conversation to another queue", MoveSerializer)
    @action(detail=True, methods=["post"])
    @once
    def move(self, request: Request, id: UUID) -> Response:
        """An assignee who does not work there loses it. You may not see it any more afterwards."""
        self._visible(id)
        queue = Queue.objects.filter(slug=_checked(MoveSerializer, request)["queue"]).first()
        if queue is None:
            raise Unprocessable("queue: there is no queue of this slug.")
        return self._change(request, id, move, queue=queue)

    def _change(self, request: Request, id: UUID, act: Callable[..., Conversation], **facts: Any) -> Response:
        now: datetime = timezone.now()
        with transaction.atomic():
            conversation = lock_for_change(request, self._visible(id))
            with refusals_as_problems():
                done = act(conversation=conversation, actor=person_of(request), now=now, **facts)
        return Response(show_conversation(done.pk))


def lock_for_change(request: Request, conversation: Conversation) -> Conversation:
    """Lock a conversation and compare it with ``If-Match``. Raises PreconditionFailed."""
    Conversation.objects.lock(conversation.pk)
    refuse_other_state(request, show_conversation(conversation.pk))
    return conversation


def show_conversation(key: UUID) -> dict[str, Any]:
    """Return a conversation as it is now."""
    shown = Conversation.objects.select_related("endpoint", "profile", "queue").get(pk=key)
    return dict(ConversationSerializer(shown).data)


def _checked(serializer: Any, request: Request) -> dict[str, Any]:
    form = serializer(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)
