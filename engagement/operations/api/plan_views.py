"""``/api/v1/milestones/``, ``/api/v1/work-items/`` and ``/api/v1/risks/``: list, read, create, change."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from engagement.api.exceptions import Unprocessable
from engagement.api.idempotency import once
from engagement.api.preconditions import refuse_other_state
from engagement.api.strict import ApiView, Filter, Kind
from engagement.operations.actions import plan as actions
from engagement.operations.actions import work_items
from engagement.operations.actions.plan import MilestoneValues, PlanRefused, RiskValues, lock_plan
from engagement.operations.actions.work_items import WorkItemValues, values_of
from engagement.operations.api.plan_serializers import (
    MilestoneChangesSerializer,
    MilestoneSerializer,
    NewMilestoneSerializer,
    NewRiskSerializer,
    NewWorkItemSerializer,
    RiskChangesSerializer,
    RiskSerializer,
    WorkItemChangesSerializer,
    WorkItemSerializer,
)
from engagement.operations.models import Milestone, MilestoneChange, Risk, WorkItem
from engagement.operations.plan_permissions import may_change_work_item
from engagement.village.access import person_of
from engagement.village.audit import origin_of

READ_MILESTONES = ("operations:read", ("operations.view_milestone",))
READ_ITEMS = ("operations:read", ("operations.view_workitem",))
ADD_MILESTONE = ("operations:write", ("operations.view_milestone", "operations.add_milestone"))
CHANGE_MILESTONE = ("operations:write", ("operations.view_milestone", "operations.change_milestone"))
ADD_ITEM = ("operations:write", ("operations.view_workitem", "operations.add_workitem"))
CHANGE_ITEM = ("operations:write", ("operations.view_workitem", "operations.change_workitem"))
ADD_RISK = ("operations:write", ("operations.view_milestone", "operations.add_risk"))
CHANGE_RISK = ("operations:write", ("operations.view_milestone", "operations.change_risk"))
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
REFUSED = OpenApiResponse(description="It cannot be; the detail says why")


class PlanViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[Any]):
    """What the three have in common: keyset pages, and changes to the state that was read."""

    lookup_field = "pk"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("-id",)
    conditional = frozenset({"retrieve", "create", "partial_update"})

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Answer with one."""
        return Response(self._shown(get_object_or_404(self.rows(), pk=id)))

    def rows(self) -> QuerySet[Any]:
        """Return what the operation is about, with what is shown of it."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        """Return all, narrowed by the filters."""
        return self.rows().filter(**self.query)

    def _shown(self, row: Any) -> dict[str, Any]:
        return dict(self.get_serializer(row).data)

    def _acted(self, request: Request) -> dict[str, Any]:
        return {"actor": person_of(request), "now": timezone.now(), "origin": origin_of(request)}

    def _create(self, act: Callable[[], Any]) -> Response:
        made = _attempt(act)
        return Response(self._shown(self.rows().get(pk=made.pk)), status=201)

    def _change(self, request: Request, key: UUID, act: Callable[[Any], Any]) -> Response:
        with transaction.atomic():
            lock_plan()
            row = get_object_or_404(self.rows(), pk=key)
            refuse_other_state(request, self._shown(row))
            _attempt(lambda: act(row))
        return Response(self._shown(self.rows().get(pk=key)))


def _attempt(act: Callable[[], Any]) -> Any:
    """Act. Raises Unprocessable for what the plan refuses."""
    try:
        return act()
    except PlanRefused as refusal:
        sentence = f"{refusal.field}: {refusal}" if refusal.field else str(refusal)
        raise Unprocessable(sentence, code="plan_refused") from refusal


@extend_schema_view(
    list=extend_schema(summary="List milestones, newest first"), retrieve=extend_schema(summary="Read one milestone")
)
class MilestoneViewSet(PlanViewSet):
    """What is promised for a day."""

    serializer_class = MilestoneSerializer
    queryset = Milestone.objects.none()
    access = {
        "list": READ_MILESTONES,
        "retrieve": READ_MILESTONES,
        "create": ADD_MILESTONE,
        "partial_update": CHANGE_MILESTONE,
    }
    filters = {"list": (Filter(name="owner", kind=Kind.ID, description="A member of the team"),)}

    def rows(self) -> QuerySet[Milestone]:
        """Return those that were not deleted."""
        pending = MilestoneChange.objects.filter(status=MilestoneChange.Status.PENDING)
        return Milestone.objects.filter(deleted_at=None).prefetch_related(
            Prefetch("changes", pending, to_attr="pending_changes")
        )

    @extend_schema(
        summary="Create a milestone",
        description="The sponsor approves day and budget on the page of the milestone.",
        request=NewMilestoneSerializer,
        responses={201: MilestoneSerializer, 422: REFUSED},
        parameters=[KEY],
    )
    @once
    def create(self, request: Request) -> Response:
        """Promise something."""
        form = NewMilestoneSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        values = MilestoneValues(**form.validated_data)
        return self._create(lambda: actions.create_milestone(values=values, **self._acted(request)))

    @extend_schema(
        summary="Change a milestone",
        description="Another day or budget than the sponsor approved waits for them in pending_change.",
        request=MilestoneChangesSerializer,
        responses={200: MilestoneSerializer, 422: REFUSED},
    )
    def partial_update(self, request: Request, id: UUID) -> Response:
        """What is left out stays."""
        form = MilestoneChangesSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = dict(form.validated_data)
        reason = given.pop("reason", "")

        def act(milestone: Milestone) -> Any:
            present = {name: getattr(milestone, name) for name in MilestoneValues.__slots__}
            waiting = next(iter(milestone.pending_changes), None)  # type: ignore[attr-defined]
            if waiting is not None and {"promised_on", "budget"} & set(given):
                present |= {"promised_on": waiting.promised_on, "budget": waiting.budget}
            values = MilestoneValues(**(present | given))
            return actions.change_milestone(
                milestone_id=milestone.pk, values=values, reason=reason, **self._acted(request)
            )

        return self._change(request, id, act)


@extend_schema_view(
    list=extend_schema(summary="List work items, newest first"), retrieve=extend_schema(summary="Read one work item")
)
class WorkItemViewSet(PlanViewSet):
    """Pieces of work on the components."""

    serializer_class = WorkItemSerializer
    queryset = WorkItem.objects.none()
    access = {"list": READ_ITEMS, "retrieve": READ_ITEMS, "create": ADD_ITEM, "partial_update": CHANGE_ITEM}
    filters = {
        "list": (
            Filter(name="status", kind=Kind.CHOICE, choices=tuple(WorkItem.Status.values)),
            Filter(name="owner", kind=Kind.ID, description="A member of the team"),
            Filter(name="milestone", kind=Kind.ID),
            Filter(name="component", kind=Kind.ID),
        )
    }

    def rows(self) -> QuerySet[WorkItem]:
        """Return those that were not deleted."""
        current = WorkItem.objects.filter(deleted_at=None).order_by("id")
        return current.order_by("-id").prefetch_related(Prefetch("depends_on", current, to_attr="current_dependencies"))

    @extend_schema(
        summary="Create a work item",
        description="Whoever does not plan owns it, or may change its component.",
        request=NewWorkItemSerializer,
        responses={201: WorkItemSerializer, 422: REFUSED},
        parameters=[KEY],
    )
    @once
    def create(self, request: Request) -> Response:
        """Add a piece of work."""
        form = NewWorkItemSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = dict(form.validated_data)
        given["depends_on"] = tuple(given.get("depends_on", ()))
        values = WorkItemValues(**given)
        return self._create(lambda: work_items.create_work_item(values=values, **self._acted(request)))

    @extend_schema(
        summary="Change or move a work item",
        description="One's own, one on a component that one may change, or any for whoever plans.",
        request=WorkItemChangesSerializer,
        responses={200: WorkItemSerializer, 422: REFUSED},
    )
    def partial_update(self, request: Request, id: UUID) -> Response:
        """What is left out stays."""
        form = WorkItemChangesSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = dict(form.validated_data)
        if "depends_on" in given:
            given["depends_on"] = tuple(given["depends_on"])

        def act(item: WorkItem) -> WorkItem:
            if not may_change_work_item(user=person_of(request), item=item):
                raise PermissionDenied
            standing = values_of(item)
            present = {name: getattr(standing, name) for name in WorkItemValues.__slots__}
            values = WorkItemValues(**(present | given))
            return work_items.change_work_item(item_id=item.pk, values=values, **self._acted(request))

        return self._change(request, id, act)


@extend_schema_view(
    list=extend_schema(summary="List risks, newest first"), retrieve=extend_schema(summary="Read one risk")
)
class RiskViewSet(PlanViewSet):
    """What may go wrong."""

    serializer_class = RiskSerializer
    queryset = Risk.objects.none()
    access = {
        "list": READ_MILESTONES,
        "retrieve": READ_MILESTONES,
        "create": ADD_RISK,
        "partial_update": CHANGE_RISK,
    }
    filters = {
        "list": (
            Filter(name="level", kind=Kind.CHOICE, choices=tuple(Risk.Level.values)),
            Filter(name="closed", kind=Kind.BOOLEAN),
        )
    }

    def rows(self) -> QuerySet[Risk]:
        """Return all, also those that are closed."""
        return Risk.objects.all()

    def get_queryset(self) -> QuerySet[Risk]:
        """Return all, narrowed by the filters."""
        query = dict(self.query)
        if "closed" in query:
            query["closed_at__isnull"] = not query.pop("closed")
        return self.rows().filter(**query)

    @extend_schema(
        summary="Add a risk",
        request=NewRiskSerializer,
        responses={201: RiskSerializer, 422: REFUSED},
        parameters=[KEY],
    )
    @once
    def create(self, request: Request) -> Response:
        """Name what may go wrong."""
        form = NewRiskSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        values = RiskValues(**form.validated_data)
        return self._create(lambda: actions.create_risk(values=values, **self._acted(request)))

    @extend_schema(
        summary="Change, close or reopen a risk",
        request=RiskChangesSerializer,
        responses={200: RiskSerializer, 422: REFUSED},
    )
    def partial_update(self, request: Request, id: UUID) -> Response:
        """What is left out stays."""
        form = RiskChangesSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = dict(form.validated_data)
        is_closed = given.pop("is_closed", None)

        def act(risk: Risk) -> None:
            present = {name: getattr(risk, name) for name in RiskValues.__slots__}
            values = RiskValues(**(present | given))
            actions.change_risk(risk_id=risk.pk, values=values, **self._acted(request))
            if is_closed is not None:
                turn = actions.close_risk if is_closed else actions.reopen_risk
                turn(risk_id=risk.pk, **self._acted(request))

        return self._change(request, id, act)
