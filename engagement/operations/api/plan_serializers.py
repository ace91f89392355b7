"""Milestones, work items and risks as the API shows and takes them."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from engagement.api.strict import StrictSerializer
from engagement.operations.actions.work_items import MAX_DEPENDENCIES, MAX_ESTIMATE
from engagement.operations.forms_plan import EARLIEST, LATEST
from engagement.operations.models import Component, Milestone, MilestoneChange, Risk, WorkItem
from engagement.village.models import User


def person_field(**options: Any) -> "serializers.PrimaryKeyRelatedField[User]":
    """Return a field for an active member of the team, by id."""
    return serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(is_active=True),
        required=False,
        allow_null=True,
        pk_field=serializers.UUIDField(),
        **options,
    )


def sensible_day(value: Any) -> None:
    """Refuse days that nobody means."""
    if not EARLIEST <= value <= LATEST:
        raise serializers.ValidationError("Choose a day between the years 2000 and 2100.")


class MilestoneChangeSerializer(serializers.ModelSerializer[MilestoneChange]):
    """Another day or budget that waits for the sponsor."""

    class Meta:
        model = MilestoneChange
        fields = ["id", "promised_on", "budget", "reason", "author", "created_at"]
        read_only_fields = fields


class MilestoneSerializer(serializers.ModelSerializer[Milestone]):
    """Something promised for a day. ``pending_change`` waits for the sponsor."""

    pending_change = serializers.SerializerMethodField()

    class Meta:
        model = Milestone
        fields = [
            "id",
            "title",
            "description",
            "owner",
            "starts_on",
            "promised_on",
            "first_promised_on",
            "delivered_on",
            "budget",
            "spent",
            "currency",
            "approved_by",
            "approved_at",
            "pending_change",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    @extend_schema_field(MilestoneChangeSerializer(allow_null=True))
    def get_pending_change(self, milestone: Any) -> Any:
        """Return the change that waits, of those that were fetched with it."""
        change = next(iter(milestone.pending_changes), None)
        return MilestoneChangeSerializer(change).data if change is not None else None


class MilestoneChangesSerializer(StrictSerializer):
    """What to change of a milestone; what is left out stays."""

    title = serializers.CharField(max_length=120, required=False)
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    owner = person_field()
    starts_on = serializers.DateField(required=False, validators=[sensible_day])
    promised_on = serializers.DateField(required=False, validators=[sensible_day])
    budget = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True, help_text="null: none"
    )
    spent = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False)
    currency = serializers.RegexField("^[A-Z]{3}$", required=False, help_text="ISO 4217")
    reason = serializers.CharField(
        max_length=1000,
        required=False,
        help_text="Required for another day or budget than the sponsor approved",
    )


class NewMilestoneSerializer(MilestoneChangesSerializer):
    """A milestone to make."""

    title = serializers.CharField(max_length=120)
    starts_on = serializers.DateField(validators=[sensible_day])
    promised_on = serializers.DateField(validators=[sensible_day])
    reason = None  # type: ignore[assignment]  # Django REST framework's way to leave out an inherited field


class WorkItemSerializer(serializers.ModelSerializer[WorkItem]):
    """A piece of work. ``depends_on``: ids of the work items that it waits for."""

    depends_on = serializers.SerializerMethodField()

    class Meta:
        model = WorkItem
        fields = [
            "id",
            "title",
            "description",
            "milestone",
            "component",
            "owner",
            "status",
            "estimate",
            "due_on",
            "blocked_reason",
            "blocked_since",
            "depends_on",
            "done_at",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    def get_depends_on(self, item: Any) -> list[UUID]:
        """Return the ids, of those that were fetched with it."""
        return [one.pk for one in item.current_dependencies]


class WorkItemChangesSerializer(StrictSerializer):
    """What to change of a work item; what is left out stays. ``depends_on`` replaces all."""

    title = serializers.CharField(max_length=150, required=False)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    milestone = serializers.PrimaryKeyRelatedField(
        queryset=Milestone.objects.filter(deleted_at=None),
        required=False,
        allow_null=True,
        pk_field=serializers.UUIDField(),
    )
    component = serializers.PrimaryKeyRelatedField(
        queryset=Component.objects.current(), required=False, allow_null=True, pk_field=serializers.UUIDField()
    )
    owner = person_field()
    status = serializers.ChoiceField(choices=WorkItem.Status.choices, required=False)
    estimate = serializers.IntegerField(min_value=0, max_value=MAX_ESTIMATE, required=False)
    due_on = serializers.DateField(required=False, allow_null=True, validators=[sensible_day])
    blocked_reason = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="Required while the status is blocked"
    )
    depends_on = serializers.PrimaryKeyRelatedField(
        queryset=WorkItem.objects.filter(deleted_at=None),
        many=True,
        required=False,
        pk_field=serializers.UUIDField(),
        help_text=f"At most {MAX_DEPENDENCIES}",
    )


class NewWorkItemSerializer(WorkItemChangesSerializer):
    """A work item to add."""

    title = serializers.CharField(max_length=150)


class RiskSerializer(serializers.ModelSerializer[Risk]):
    """What may go wrong with the plan."""

    class Meta:
        model = Risk
        fields = ["id", "title", "level", "response", "milestone", "owner", "created_at", "closed_at"]
        read_only_fields = fields


class RiskChangesSerializer(StrictSerializer):
    """What to change of a risk; what is left out stays. ``is_closed`` takes it from the plan, or brings it back."""

    title = serializers.CharField(max_length=150, required=False)
    level = serializers.ChoiceField(choices=Risk.Level.choices, required=False)
    response = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    milestone = serializers.PrimaryKeyRelatedField(
        queryset=Milestone.objects.filter(deleted_at=None),
        required=False,
        allow_null=True,
        pk_field=serializers.UUIDField(),
    )
    owner = person_field()
    is_closed = serializers.BooleanField(required=False)


class NewRiskSerializer(RiskChangesSerializer):
    """A risk to name."""

    title = serializers.CharField(max_length=150)
    is_closed = None  # type: ignore[assignment]
