"""``/api/v1/moderation/``: what waits for a moderator, and the decisions about it."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from community.actions import moderate
from community.actions.refusals import AlreadyDecided, OwnContent, OwnRemoval, Refused, TextChanged
from community.api.serializers import DecisionSerializer, HideSerializer, ReviewSerializer, VerdictSerializer
from community.models import Review
from community.visitor import MODERATE
from engagement.api.exceptions import Conflict, Unprocessable
from engagement.api.idempotency import once
from engagement.api.strict import ApiView, Filter, Kind
from engagement.village.access import person_of

READ = ("community:read", (MODERATE,))
DECIDE = ("community:write", (MODERATE,))
_ANSWERS = {
    200: ReviewSerializer,
    403: OpenApiResponse(description="You wrote it, or hid it yourself: another moderator decides"),
    409: OpenApiResponse(description="It was decided already, or its author changed the text after you read it"),
    422: OpenApiResponse(description="It cannot be done; the detail says why"),
}


def decision(summary: str, body: Any) -> Callable[[Any], Any]:
    """Describe an operation that decides a review."""
    key = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
    return extend_schema(summary=summary, request=body, responses=_ANSWERS, parameters=[key])


@extend_schema_view(
    list=extend_schema(summary="List what waits for a moderator, highest score first"),
    retrieve=extend_schema(summary="Read one review, waiting or decided"),
)
class ReviewViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[Review]):
    """Posts of the spaces that the token's person moderates. A decision names the version of the text that was read."""

    serializer_class = ReviewSerializer
    queryset = Review.objects.none()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset = ("-score", "opened_at", "key")
    filters = {
        "list": (
            Filter(name="space", kind=Kind.ID),
            Filter(name="kind", kind=Kind.CHOICE, choices=tuple(Review.Kind.values)),
        )
    }
    access = {"list": READ, "retrieve": READ} | dict.fromkeys(("approve", "hide", "remove_links", "verdict"), DECIDE)

    def get_queryset(self) -> QuerySet[Review]:
        """Return what waits, narrowed by the filters."""
        names = {"space": "space_id", "kind": "kind"}
        narrowed = {names[name]: value for name, value in self.query.items()}
        return self._visible().filter(decided_at=None, **narrowed)

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Answer with one review."""
        return Response(ReviewSerializer(self._review(id)).data)

    @decision("Approve a post", DecisionSerializer)
    @action(detail=True, methods=["post"])
    @once
    def approve(self, request: Request, id: UUID) -> Response:
        """Let it stand; one that was held is published."""
        return self._decide(request, id, DecisionSerializer, moderate.approve)

    @decision("Hide a post", HideSerializer)
    @action(detail=True, methods=["post"])
    @once
    def hide(self, request: Request, id: UUID) -> Response:
        """Hide it with a reason that its author reads, and may appeal against."""
        return self._decide(request, id, HideSerializer, moderate.hide)

    @decision("Remove the links of a post and approve the rest", DecisionSerializer)
    @action(detail=True, methods=["post"], url_path="remove-links")
    @once
    def remove_links(self, request: Request, id: UUID) -> Response:
        """Remove them; what it said is kept as a version."""
        return self._decide(request, id, DecisionSerializer, moderate.remove_links)

    @decision("Decide an appeal", VerdictSerializer)
    @action(detail=True, methods=["post"])
    @once
    def verdict(self, request: Request, id: UUID) -> Response:
        """Uphold the removal, or overturn it; the author reads the text."""
        return self._decide(request, id, VerdictSerializer, _decide_appeal)

    def _decide(
        self, request: Request, key: UUID, body: type[DecisionSerializer], decide: Callable[..., object]
    ) -> Response:
        self._review(key)
        form = body(data=request.data)
        form.is_valid(raise_exception=True)
        given = dict(form.validated_data)
        act = partial(decide, review_id=key, seen=given.pop("version"), actor=person_of(request), now=timezone.now())
        try:
            act(**given)
        except (AlreadyDecided, TextChanged) as error:
            raise Conflict(str(error)) from error
        except (OwnContent, OwnRemoval) as error:
            raise PermissionDenied(str(error)) from error
        except Refused as error:
            raise Unprocessable(str(error)) from error
        return Response(ReviewSerializer(self._review(key)).data)

    def _visible(self) -> QuerySet[Review]:
        found = Review.objects.visible_to(person_of(self.request))
        related = found.select_related("post__topic", "post__member", "post__staff")
        return related.defer("post__search", "post__topic__search")

    def _review(self, key: UUID) -> Review:
        return get_object_or_404(self._visible(), key=key)


def _decide_appeal(*, verdict: str, **known: Any) -> object:
    return moderate.decide_appeal(upheld=verdict == "uphold", **known)
