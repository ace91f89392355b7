"""Tasks and handoffs as the API shows and takes them."""

from rest_framework import serializers

from collaboration.forms import sensible_due
from collaboration.handoffs import errors
from collaboration.models import Handoff, Note, Task
from engagement.api.strict import StrictSerializer
from engagement.village.models import Department, User

Slug = serializers.SlugRelatedField[Department]


class TaskSerializer(serializers.ModelSerializer[Task]):
    """Something to do for a person or a department."""

    id = serializers.UUIDField(source="key", read_only=True)
    department: serializers.SlugRelatedField[Department] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )

    class Meta:
        model = Task
        fields = [
            "id",
            "title",
            "text",
            "state",
            "assignee",
            "department",
            "due_at",
            "subject_type",
            "subject_id",
            "profile",
            "created_by",
            "created_at",
            "done_at",
            "escalated_at",
        ]
        read_only_fields = fields


class NewTaskSerializer(StrictSerializer):
    """A task to make: for ``assignee`` (a person's key), for ``department`` (its slug), or both."""

    title = serializers.CharField(max_length=200)
    text = serializers.CharField(max_length=10_000, required=False, allow_blank=True, default="")
    assignee = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(is_active=True), required=False, allow_null=True, pk_field=serializers.UUIDField()
    )
    department = serializers.SlugRelatedField(
        slug_field="slug", queryset=Department.objects.all(), required=False, allow_null=True
    )
    due_at = serializers.DateTimeField(validators=[sensible_due])


class NewProfileTaskSerializer(NewTaskSerializer):
    """A task to make, about a contact or not."""

    profile = serializers.UUIDField(required=False, allow_null=True, help_text="The contact that it is about")


class TaskChangeSerializer(StrictSerializer):
    """What to change of an open task; what is left out stays. A task keeps an assignee or a department."""

    assignee = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(is_active=True), required=False, allow_null=True, pk_field=serializers.UUIDField()
    )
    department = serializers.SlugRelatedField(slug_field="slug", queryset=Department.objects.all(), required=False)
    due_at = serializers.DateTimeField(validators=[sensible_due], required=False, allow_null=True)


class NoteSerializer(serializers.ModelSerializer[Note]):
    """What a colleague knows of a contact; only the team reads it."""

    id = serializers.UUIDField(source="key", read_only=True)
    department: serializers.SlugRelatedField[Department] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )

    class Meta:
        model = Note
        fields = ["id", "profile", "author", "department", "text", "created_at"]
        read_only_fields = fields


class NewNoteSerializer(StrictSerializer):
    """What to write down; a colleague who is named behind an @ is notified."""

    text = serializers.CharField(max_length=10_000)


class TeamMemberSerializer(serializers.ModelSerializer[User]):
    """A member of the team, to whom work can be assigned."""

    id = serializers.UUIDField(source="key", read_only=True)
    departments: serializers.SlugRelatedField[Department] = serializers.SlugRelatedField(
        slug_field="slug", many=True, read_only=True
    )

    class Meta:
        model = User
        fields = ["id", "name", "departments"]
        read_only_fields = fields


class HandoffSerializer(serializers.ModelSerializer[Handoff]):
    """Work that one department gave to another, with its times."""

    id = serializers.UUIDField(source="key", read_only=True)
    from_department: serializers.SlugRelatedField[Department] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )
    to_department: serializers.SlugRelatedField[Department] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )

    class Meta:
        model = Handoff
        fields = [
            "id",
            "state",
            "summary",
            "subject_type",
            "subject_id",
            "profile",
            "from_department",
            "to_department",
            "offered_by",
            "offered_at",
            "accepted_by",
            "answered_by",
            "answered_at",
            "bounce_reason",
            "completed_at",
        ]
        read_only_fields = fields


class DeclineSerializer(StrictSerializer):
    """Why it is sent back; whoever offered it reads this."""

    reason = serializers.CharField(max_length=5_000)


HANDOFF_CODES: dict[type[errors.HandoffRefused], str] = {
    errors.AlreadyAnswered: "handoff_answered",
    errors.AlreadyOffered: "handoff_offered",
    errors.GoesInCircles: "handoff_in_circles",
    errors.MissingReason: "reason_missing",
    errors.MissingSummary: "summary_missing",
    errors.NobodyThere: "department_empty",
    errors.NotForYou: "handoff_for_others",
    errors.NothingToHandOver: "handoff_without_change",
}


def handoff_code(refusal: errors.HandoffRefused) -> str:
    """Return the code of a refusal for programs."""
    return HANDOFF_CODES.get(type(refusal), "refused")
