"""``/api/v1/segments/``: who is meant, as rules; how many people they find, and who they are."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions.segments import NameTaken, change_segment, create_segment
from campaigns.models import Segment
from campaigns.segments.asking import compiled, count, members
from campaigns.segments.compiling import Compiled, compile_rules
from campaigns.segments.fields import fields
from campaigns.segments.rules import DEEPEST, MOST_RULES, BadRules, Group, read, tree_of
from campaigns.segments.sentences import sentence, sentence_of
from engagement.api.exceptions import Unprocessable
from engagement.api.idempotency import once
from engagement.api.pagination import page_by_key
from engagement.api.preconditions import refuse_other_state
from engagement.api.strict import ApiView, Filter, StrictSerializer
from engagement.village.access import person_of
from engagement.village.audit import origin_of

READ = ("campaigns:read", ("campaigns.view_segment",))
ADD = ("campaigns:write", ("campaigns.view_segment", "campaigns.add_segment"))
CHANGE = ("campaigns:write", ("campaigns.view_segment", "campaigns.change_segment"))
ESTIMATE = ("campaigns:read", CHANGE[1])
MEMBERS = ("campaigns:read", ("campaigns.view_segment", "campaigns.view_recipient"))
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)

RULES: dict[str, Any] = {
    "type": "object",
    "description": (
        "A group (`all`: a list of rules and groups that all hold, `any`: one of them holds, `not`: one that does not"
        f" hold) or one rule (`field`, `op`, `value`). At most {MOST_RULES} rules, {DEEPEST} groups deep;"
        ' `{"all": []}` is everybody. `/api/v1/segments/fields/` lists fields, operators and values.'
    ),
    "properties": {
        "all": {"type": "array", "items": {"type": "object"}},
        "any": {"type": "array", "items": {"type": "object"}},
        "not": {"type": "object"},
        "field": {"type": "string"},
        "op": {"type": "string"},
        "value": {"description": "Text, a number, or a list of texts, as the operator takes it"},
    },
    "additionalProperties": False,
    "example": {
        "all": [
            {"field": "country", "op": "is", "value": "BR"},
            {"any": [{"field": "consent.email", "op": "yes"}, {"field": "tags", "op": "has_any", "value": ["vip"]}]},
        ]
    },
}


@extend_schema_field(RULES)
class RulesField(serializers.Field[Any, Any, Any, Any]):
    """Rules, checked as the page checks them; the error points at the rule that is wrong."""

    def to_internal_value(self, data: Any) -> Group:
        """Return the checked rules. Raises ValidationError."""
        try:
            return read(data)
        except BadRules as error:
            detail: Any = [str(error)]
            for part in reversed(error.path):
                detail = {str(part): detail}
            raise serializers.ValidationError(detail) from error

    def to_representation(self, value: Any) -> Any:
        """Return the tree as it is stored."""
        return value


class SegmentSerializer(serializers.ModelSerializer[Segment]):
    """Who is meant. Who is in it is counted anew each time."""

    id = serializers.UUIDField(source="key", read_only=True)
    rules = RulesField(read_only=True)
    sentence = serializers.SerializerMethodField(help_text="The rules as a sentence")

    class Meta:
        model = Segment
        fields = ["id", "name", "description", "rules", "sentence", "owner", "created_at", "changed_at"]
        read_only_fields = fields

    def get_sentence(self, segment: Segment) -> str:
        """Return the rules in words."""
        return sentence_of(segment.rules)


class NewSegmentSerializer(StrictSerializer):
    """A segment to create, or what to change of one."""

    name = serializers.CharField(max_length=200, help_text="No other segment has it")
    description = serializers.CharField(
        max_length=2_000, required=False, allow_blank=True, default="", help_text="What it is for"
    )
    rules = RulesField()


class RulesSerializer(StrictSerializer):
    """Rules to try before they are stored."""

    rules = RulesField()


class CountSerializer(StrictSerializer):
    """How many people the rules find at the moment."""

    people = serializers.IntegerField(read_only=True)
    sentence = serializers.CharField(read_only=True)
    counted_at = serializers.DateTimeField(read_only=True)


class SegmentMemberSerializer(StrictSerializer):
    """Somebody who is in it."""

    id = serializers.UUIDField(source="key", read_only=True, help_text="The profile")
    name = serializers.CharField(read_only=True)
    place = serializers.CharField(read_only=True)
    language = serializers.CharField(read_only=True)


class RuleOperatorSerializer(StrictSerializer):
    """What may be asked of a field. ``takes``: the kind of ``value``; empty: none."""

    name = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    takes = serializers.ChoiceField(
        choices=["", "text", "number", "date", "days", "choice", "choices", "tags"], read_only=True
    )


class RuleValueSerializer(StrictSerializer):
    """One of the values that a field can have."""

    value = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]


class RuleFieldSerializer(StrictSerializer):
    """A field that rules may name."""

    name = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    type = serializers.CharField(read_only=True)
    operators = RuleOperatorSerializer(many=True, read_only=True)
    values = RuleValueSerializer(many=True, read_only=True)


class RuleFieldsSerializer(StrictSerializer):
    """Every field that rules may name."""

    fields_ = RuleFieldSerializer(many=True, read_only=True, source="found")

    def get_fields(self) -> dict[str, Any]:
        """Return it as ``fields``, which is a name of the class itself."""
        return {"fields": super().get_fields()["fields_"]}


@extend_schema_view(
    list=extend_schema(summary="List segments, newest first"),
    retrieve=extend_schema(summary="Read one segment"),
)
class SegmentViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[Segment]):
    """Segments: who campaigns are for."""

    serializer_class = SegmentSerializer
    queryset = Segment.objects.none()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("-key",)
    paged = frozenset({"list", "members"})
    filters = {"list": (Filter(name="search", description="Part of the name"),)}
    conditional = frozenset({"retrieve", "partial_update"})
    access = dict.fromkeys(("list", "retrieve", "count", "rule_fields"), READ) | {
        "create": ADD,
        "partial_update": CHANGE,
        "estimate": ESTIMATE,
        "members": MEMBERS,
    }

    def get_queryset(self) -> QuerySet[Segment]:
        """Return all, narrowed by ``search``."""
        search = self.query.get("search", "")
        return Segment.objects.filter(name__icontains=search) if search else Segment.objects.all()

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Answer with one segment."""
        return Response(SegmentSerializer(self._segment(id)).data)

    @extend_schema(
        summary="Create a segment",
        request=NewSegmentSerializer,
        responses={201: SegmentSerializer},
        parameters=[KEY],
    )
    @once
    def create(self, request: Request) -> Response:
        """Make it; it is the person's own."""
        given = _checked(NewSegmentSerializer(data=request.data))
        try:
            made = create_segment(**given, actor=person_of(request), now=timezone.now(), origin=origin_of(request))
        except NameTaken as error:
            raise _taken() from error
        return Response(SegmentSerializer(made).data, status=201)

    @extend_schema(
        summary="Change a segment",
        description="What you leave out stays. Launched campaigns keep the rules that they were launched with.",
        request=NewSegmentSerializer,
        responses={200: SegmentSerializer},
    )
    def partial_update(self, request: Request, id: UUID) -> Response:
        """Change it."""
        with transaction.atomic():
            segment = get_object_or_404(Segment.objects.select_for_update(no_key=True), key=id)
            refuse_other_state(request, SegmentSerializer(segment).data)
            given = _checked(NewSegmentSerializer(segment, data=request.data, partial=True))
            try:
                changed = change_segment(
                    segment=segment,
                    changes=given,
                    actor=person_of(request),
                    now=timezone.now(),
                    origin=origin_of(request),
                )
            except NameTaken as error:
                raise _taken() from error
        return Response(SegmentSerializer(changed).data)

    @extend_schema(
        summary="Count the people of a segment",
        responses={200: CountSerializer, 422: {"description": "Its rules cannot be asked any more; change them"}},
        filters=False,
    )
    @action(detail=True, methods=["get"])
    def count(self, request: Request, id: UUID) -> Response:
        """Count them now."""
        segment, now = self._segment(id), timezone.now()
        found = count(_asked(segment))
        read = {"people": found, "sentence": sentence_of(segment.rules), "counted_at": now}
        return Response(CountSerializer(read).data)

    @extend_schema(
        summary="Count the people of rules, without storing them", request=RulesSerializer, responses=CountSerializer
    )
    @action(detail=False, methods=["post"])
    def estimate(self, request: Request) -> Response:
        """Count what the rules would find."""
        form = RulesSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        root, now = form.validated_data["rules"], timezone.now()
        people = count(compile_rules(root, now=now))
        return Response(CountSerializer({"people": people, "sentence": sentence(root), "counted_at": now}).data)

    @extend_schema(
        summary="List the people of a segment, newest first",
        responses={
            200: SegmentMemberSerializer(many=True),
            422: {"description": "Its rules cannot be asked any more; change them"},
        },
        filters=False,
    )
    @action(detail=True, methods=["get"], serializer_class=SegmentMemberSerializer)
    def members(self, request: Request, id: UUID) -> Response:
        """Answer with a page of who is in it."""
        asked = _asked(self._segment(id))
        page, link = page_by_key(request, lambda after, limit: members(asked, after=after, limit=limit))
        return Response({"next": link, "results": SegmentMemberSerializer(page, many=True).data})

    @extend_schema(summary="List what rules may ask", responses=RuleFieldsSerializer, filters=False)
    @action(detail=False, methods=["get"], url_path="fields")
    def rule_fields(self, request: Request) -> Response:
        """Answer with every field, its operators and its values."""
        found = [
            {
                "name": one.name,
                "label": one.label,
                "type": one.type,
                "operators": one.operators,
                "values": [{"value": value, "label": label} for value, label in one.options()],
            }
            for one in fields().values()
        ]
        return Response(RuleFieldsSerializer({"found": found}).data)

    def _segment(self, key: UUID) -> Segment:
        return get_object_or_404(Segment, key=key)


def _checked(form: serializers.Serializer[Any]) -> dict[str, Any]:
    """Return what was given, the rules as they are stored. Raises ValidationError."""
    form.is_valid(raise_exception=True)
    given = dict(form.validated_data)
    return given | ({"rules": tree_of(given["rules"])} if "rules" in given else {})


def _asked(segment: Segment) -> Compiled:
    try:
        return compiled(segment.rules, now=timezone.now())
    except BadRules as error:
        raise Unprocessable(f"The rules cannot be asked: {error}") from error


def _taken() -> serializers.ValidationError:
    return serializers.ValidationError({"name": ["Another segment has this name. Choose another one."]}, code="unique")
