"""``/api/v1/campaigns/``: how far they are, and launching, pausing and stopping them."""

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
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions import launch as launching
from campaigns.actions import steering
from campaigns.actions.duplicate import duplicate_campaign
from campaigns.api.serializers import CampaignSerializer, LaunchSerializer, PreflightSerializer, ProgressSerializer
from campaigns.models import Campaign
from campaigns.selectors.launch_snapshot import Seen
from campaigns.selectors.preflight import examine, missing
from campaigns.selectors.progress import progress
from engagement.api.exceptions import Conflict, PreconditionRequired, Unprocessable
from engagement.api.idempotency import once
from engagement.api.strict import ApiView, Filter, Kind
from engagement.village.access import person_of
from engagement.village.audit import origin_of

READ = ("campaigns:read", ("campaigns.view_campaign",))
STEER = ("campaigns:write", ("campaigns.view_campaign", "campaigns.launch_campaign"))
Steer = Callable[..., Campaign]


def steering_schema(summary: str, refused: str) -> Callable[[Any], Any]:
    """Describe an operation that takes nothing and answers with the campaign."""
    return extend_schema(
        summary=summary,
        request=None,
        responses={200: CampaignSerializer, 409: OpenApiResponse(description=refused)},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )


@extend_schema_view(
    list=extend_schema(
        summary="List campaigns, newest first",
    ),
    retrieve=extend_schema(summary="Read one campaign"),
)
class CampaignViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[Campaign]):
    """Campaigns that the token's person may read. Each step is safe to repeat."""

    serializer_class = CampaignSerializer
    queryset = Campaign.objects.none()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("-key",)
    filters = {"list": (Filter(name="status", kind=Kind.CHOICE, choices=tuple(Campaign.Status.values)),)}
    bodiless = frozenset({"pause", "resume", "stop", "duplicate"})
    access = dict.fromkeys(("list", "retrieve", "progress", "preflight"), READ) | dict.fromkeys(
        ("launch", "pause", "resume", "stop"), STEER
    )
    access |= {"duplicate": ("campaigns:write", ("campaigns.view_campaign", "campaigns.add_campaign"))}

    def get_queryset(self) -> QuerySet[Campaign]:
        """Return what the person may read, narrowed by ``status``."""
        visible = Campaign.objects.visible_to(person_of(self.request))
        return visible.filter(**self.query)

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Answer with one campaign."""
        return Response(CampaignSerializer(self._visible(request, id)).data)

    @extend_schema(summary="Read how far a campaign is", responses=ProgressSerializer, filters=False)
    @action(detail=True, methods=["get"])
    def progress(self, request: Request, id: UUID) -> Response:
        """Count, in people."""
        shown = self._visible(request, id)
        found = progress(campaign=shown, now=timezone.now())
        return Response(ProgressSerializer(found).data | {"verdict": found.verdict(shown.status)})

    @extend_schema(summary="Read what a launch still needs", responses=PreflightSerializer, filters=False)
    @action(detail=True, methods=["get"])
    def preflight(self, request: Request, id: UUID) -> Response:
        """Look at everything that a launch looks at."""
        shown = self._visible(request, id)
        found = examine(campaign=shown, now=timezone.now())
        read = {
            "may_launch": shown.is_draft and not missing(found.checks),
            "seen_hash": found.snapshot.seen_hash,
            "shown": found.snapshot.parts,
            "checks": found.checks,
        }
        return Response(PreflightSerializer(read).data, headers={"ETag": f'"{found.snapshot.seen_hash}"'})

    @extend_schema(
        summary="Launch a draft",
        description=(
            "Binds the exact approved revision and the rules as they stand. What is launched is what was looked at:"
            " send the `seen_hash` (or the ETag, as `If-Match`) of preflight. A launched one stays as it is."
        ),
        request=LaunchSerializer,
        responses={
            200: CampaignSerializer,
            409: OpenApiResponse(description="It is not what `seen_hash` stands for; the detail says what changed"),
            422: OpenApiResponse(description="Something is missing; see preflight"),
            428: OpenApiResponse(description="The request does not say what was looked at"),
        },
        parameters=[
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER),
            OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="ETag of preflight"),
        ],
    )
    @action(detail=True, methods=["post"])
    @once
    def launch(self, request: Request, id: UUID) -> Response:
        """Launch it."""
        given = LaunchSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        header = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
        seen = Seen(given.validated_data["seen_hash"] or header[:1000])
        try:
            return self._steer(request, id, partial(launching.launch, seen=seen))
        except launching.NotReady as error:
            raise Unprocessable(f"It cannot be launched yet: {error}.") from error
        except launching.NothingSeen as error:
            raise PreconditionRequired("Read preflight, then send its seen_hash with the launch.") from error
        except launching.ChangedMeanwhile as error:
            raise Conflict(f"It has changed since it was read: {error}. Read preflight again, then launch.") from error

    @steering_schema("Let nothing more leave until it is resumed", "It was not launched, or is over")
    @action(detail=True, methods=["post"])
    @once
    def pause(self, request: Request, id: UUID) -> Response:
        """Pause it."""
        return self._steer(request, id, steering.pause)

    @steering_schema("Let it go on where it stood", "It was not launched, or is over")
    @action(detail=True, methods=["post"])
    @once
    def resume(self, request: Request, id: UUID) -> Response:
        """Resume it."""
        return self._steer(request, id, steering.resume)

    @steering_schema("End it for good", "It was not launched")
    @action(detail=True, methods=["post"])
    @once
    def stop(self, request: Request, id: UUID) -> Response:
        """Stop it; what was queued is taken back by a worker."""
        return self._steer(request, id, steering.stop)

    @extend_schema(
        summary="Make a new draft like it, without its dates",
        request=None,
        responses={201: CampaignSerializer},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    @action(detail=True, methods=["post"])
    @once
    def duplicate(self, request: Request, id: UUID) -> Response:
        """Duplicate it, whatever became of it."""
        made = duplicate_campaign(
            campaign=self._visible(request, id),
            actor=person_of(request),
            now=timezone.now(),
            origin=origin_of(request),
        )
        return Response(CampaignSerializer(made).data, status=201)

    def _steer(self, request: Request, key: UUID, act: Steer) -> Response:
        shown, now = self._visible(request, key), timezone.now()
        try:
            done = act(campaign=shown, actor=person_of(request), now=now, origin=origin_of(request))
        except steering.NotLaunched as error:
            raise Conflict("Only a campaign that was launched and is not over can do that.") from error
        return Response(CampaignSerializer(done).data)

    def _visible(self, request: Request, key: UUID) -> Campaign:
        return get_object_or_404(Campaign.objects.visible_to(person_of(request)), key=key)
