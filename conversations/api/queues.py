"""``/api/v1/queues/``: where conversations can be moved and transferred to."""

from typing import Any

from django.db.models import Case, QuerySet, Value, When
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, viewsets

from conversations.api.serializers import QueueSerializer
from conversations.models import Queue
from engagement.api.strict import ApiView
from engagement.village.access import person_of

READ = ("conversations:read", ("conversations.view_conversation",))


@extend_schema_view(list=extend_schema(summary="List queues"))
class QueueViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[Queue]):
    """All queues; what waits in them is seen by who works there."""

    serializer_class = QueueSerializer
    queryset = Queue.objects.none()
    keyset: tuple[str, ...] = ("slug",)
    access = {"list": READ}

    def get_queryset(self) -> QuerySet[Queue, Any]:
        """Return every queue, and whether the person works on it."""
        worked = list(Queue.objects.worked_by(person_of(self.request)).values_list("pk", flat=True))
        is_worked = Case(When(pk__in=worked, then=Value(True)), default=Value(False))
        return Queue.objects.select_related("department").annotate(is_worked=is_worked)
