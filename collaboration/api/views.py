"""``/api/v1/tasks/`` and ``/api/v1/handoffs/``."""

import hashlib
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from collaboration.api.serializers import HandoffSerializer, NewTaskSerializer, TaskSerializer
from collaboration.models import Handoff, Task
from collaboration.tasks import TaskRefused, make
from engagement.api.exceptions import Unprocessable
from engagement.api.idempotency import once
from engagement.api.strict import ApiView, Filter, Kind
from engagement.keys import new_key
from engagement.village.access import person_of

READ_TASKS = ("work:read", ("collaboration.view_task",))
WRITE_TASKS = ("work:write", ("collaboration.add_task",))
READ_HANDOFFS = ("work:read", ("collaboration.view_handoff",))


@extend_schema_view(
    list=extend_schema(
        summary="List the tasks that you do, gave, or that your departments have, newest first",
    ),
    retrieve=extend_schema(summary="Read one task"),
)
class TaskViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[Task]):
    """Tasks that the token's person may see."""

    serializer_class = TaskSerializer
    queryset = Task.objects.none()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("-key",)
    filters = {"list": (Filter(name="state", kind=Kind.CHOICE, choices=tuple(Task.State.values)),)}
    access = {"list": READ_TASKS, "retrieve": READ_TASKS, "create": WRITE_TASKS}

    def get_queryset(self) -> QuerySet[Task]:
        """Return what the person may see, narrowed by ``state``."""
        visible = Task.objects.concerning(person_of(self.request)).select_related("department")
        return visible.filter(**self.query)

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Answer with one task."""
        return Response(TaskSerializer(get_object_or_404(self.get_queryset(), key=id)).data)

    @extend_schema(
        summary="Make a task",
        description="Whoever gets it is told. Send an Idempotency-Key to be able to repeat.",
        request=NewTaskSerializer,
        responses={201: TaskSerializer, 422: OpenApiResponse(description="It cannot be made; the detail says why")},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    @once
    def create(self, request: Request) -> Response:
        """Make it once for each Idempotency-Key."""
        form = NewTaskSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = request.headers.get("Idempotency-Key") or new_key()
        client_key = hashlib.sha256(f"api {request.user.pk} {given}".encode()).hexdigest()
        try:
            task = make(created_by=person_of(request), now=timezone.now(), client_key=client_key, **form.validated_data)
        except TaskRefused as refusal:
            raise Unprocessable(str(refusal)) from refusal
        return Response(TaskSerializer(task).data, status=201)


@extend_schema_view(
    list=extend_schema(
        summary="List the handoffs from and to your departments, newest first",
    ),
    retrieve=extend_schema(summary="Read one handoff"),
)
class HandoffViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[Handoff]):
    """Handoffs that the token's person may see."""

    serializer_class = HandoffSerializer
    queryset = Handoff.objects.none()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("-key",)
    filters = {"list": (Filter(name="state", kind=Kind.CHOICE, choices=tuple(Handoff.State.values)),)}
    access = {"list": READ_HANDOFFS, "retrieve": READ_HANDOFFS}

    def get_queryset(self) -> QuerySet[Handoff]:
        """Return what the person may see, narrowed by ``state``."""
        visible = Handoff.objects.visible_to(person_of(self.request)).select_related("from_department", "to_department")
        return visible.filter(**self.query)

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Answer with one handoff."""
        return Response(HandoffSerializer(get_object_or_404(self.get_queryset(), key=id)).data)
