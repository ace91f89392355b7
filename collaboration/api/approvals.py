"""``/api/v1/approvals/``: what waits for a decision, and deciding on exactly what was read."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from collaboration.approvals import (
    AlreadyDecided,
    ApprovalRefused,
    Contributed,
    NotAReviewer,
    SelfApproval,
    SubjectChanged,
    decide,
    revoke_approval,
)
from collaboration.models import ApprovalRequest
from engagement.api.exceptions import Conflict, Unprocessable
from engagement.api.idempotency import once
from engagement.api.strict import ApiView, Filter, Kind, StrictSerializer
from engagement.village.access import person_of

READ = ("content:read", ("collaboration.view_approvalrequest",))
DECIDE = ("content:write", (*READ[1], "collaboration.decide_approval"))
_ANSWERS: dict[int, Any] = {
    403: OpenApiResponse(description="You asked for it, wrote a part of it, or this step is decided by others"),
    409: OpenApiResponse(description="It was decided already, or changed after you read it"),
    422: OpenApiResponse(description="A rule stands against it, or the reason is missing; the detail says which"),
}


class ApprovalSerializer(serializers.ModelSerializer[ApprovalRequest]):
    """A wish to have something approved exactly as it stands. ``subject``: the id of the template."""

    id = serializers.UUIDField(source="key", read_only=True)
    subject = serializers.UUIDField(source="subject_id", read_only=True)

    class Meta:
        model = ApprovalRequest
        fields = [
            *("id", "kind", "subject", "content_hash", "requester", "comment", "state", "step"),
            *("created_at", "due_at", "closed_at", "closed_by", "expires_at"),
        ]
        read_only_fields = fields


class ApproveSerializer(StrictSerializer):
    """What was read."""

    content_hash = serializers.CharField(max_length=64, help_text="content_hash as it was read")
    reason = serializers.CharField(
        max_length=2_000, required=False, allow_blank=True, default="", help_text="The author reads it"
    )


class RefuseSerializer(StrictSerializer):
    """What was read, and why it is rejected."""

    content_hash = serializers.CharField(max_length=64, help_text="content_hash as it was read")
    reason = serializers.CharField(max_length=2_000, help_text="The author reads it")


class RevokeSerializer(StrictSerializer):
    """Why an approval is withdrawn."""

    reason = serializers.CharField(max_length=2_000)


def decision(summary: str, body: Any) -> Callable[[Any], Any]:
    """Describe an operation that decides."""
    key = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
    answers = {200: ApprovalSerializer} | _ANSWERS
    return extend_schema(summary=summary, request=body, responses=answers, parameters=[key])


@extend_schema_view(
    list=extend_schema(
        summary="List requests for approval, newest first",
        description="Every request for whoever decides on them; for all others their own.",
    ),
    retrieve=extend_schema(summary="Read one request for approval"),
)
class ApprovalViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[ApprovalRequest]):
    """Requests for approval that the token's person may read."""

    serializer_class = ApprovalSerializer
    queryset = ApprovalRequest.objects.none()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset = ("-key",)
    filters = {
        "list": (
            Filter(name="state", kind=Kind.CHOICE, choices=tuple(ApprovalRequest.State.values)),
            Filter(name="subject", kind=Kind.ID, description="The id of a template"),
            Filter(name="waiting_for_me", kind=Kind.BOOLEAN, description="true: only those that you may decide now"),
        )
    }
    access = {"list": READ, "retrieve": READ} | dict.fromkeys(("approve", "refuse", "revoke"), DECIDE)

    def get_queryset(self) -> QuerySet[ApprovalRequest]:
        """Return what the person may read, narrowed by the filters."""
        person = person_of(self.request)
        found = ApprovalRequest.objects.visible_to(person)
        if self.query.get("waiting_for_me"):
            found = found.waiting_for(person)
        names = {"state": "state", "subject": "subject_id"}
        return found.filter(**{names[name]: value for name, value in self.query.items() if name in names})

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Answer with one request."""
        return Response(ApprovalSerializer(self._visible(request, id)).data)

    @decision("Approve", ApproveSerializer)
    @action(detail=True, methods=["post"])
    @once
    def approve(self, request: Request, id: UUID) -> Response:
        """Approve exactly what `content_hash` stands for; where several have to, yours is one of them."""
        return self._decide(request, id, ApproveSerializer, "approved")

    @decision("Reject", RefuseSerializer)
    @action(detail=True, methods=["post"], url_path="reject")
    @once
    def refuse(self, request: Request, id: UUID) -> Response:
        """Reject it with a reason; that ends the request."""
        return self._decide(request, id, RefuseSerializer, "refused")

    @decision("Withdraw an approval", RevokeSerializer)
    @action(detail=True, methods=["post"])
    @once
    def revoke(self, request: Request, id: UUID) -> Response:
        """Withdraw it; campaigns under way with that content are paused."""
        self._visible(request, id)
        form = RevokeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self._carry_out(
            partial(revoke_approval, request_id=id, actor=person_of(request), now=timezone.now(), **form.validated_data)
        )

    def _decide(self, request: Request, key: UUID, body: type[StrictSerializer], verdict: str) -> Response:
        self._visible(request, key)
        form = body(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        return self._carry_out(
            partial(
                decide,
                request_id=key,
                reviewer=person_of(request),
                verdict=verdict,
                reason=given["reason"],
                seen_hash=given["content_hash"],
                now=timezone.now(),
            )
        )

    def _carry_out(self, act: Callable[[], ApprovalRequest]) -> Response:
        try:
            done = act()
        except (SelfApproval, NotAReviewer, Contributed) as error:
            raise PermissionDenied(str(error)) from error
        except (AlreadyDecided, SubjectChanged) as error:
            raise Conflict(str(error)) from error
        except ApprovalRefused as error:
            raise Unprocessable(str(error)) from error
        return Response(ApprovalSerializer(done).data)

    def _visible(self, request: Request, key: UUID) -> ApprovalRequest:
        return get_object_or_404(ApprovalRequest.objects.visible_to(person_of(request)), key=key)
