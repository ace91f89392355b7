"""``/api/v1/campaigns/``: drafts, what a launch needs, launching and steering them, and what came of them."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions import launch as launching
from campaigns.actions import steering
from campaigns.actions.drafts import AlreadyLaunched, change_campaign, create_campaign
from campaigns.actions.duplicate import duplicate_campaign
from campaigns.api.serializers import (
    CampaignDraftSerializer,
    CampaignSerializer,
    LaunchSerializer,
    PreflightSerializer,
    ProgressSerializer,
    RecipientSerializer,
    ResultsSerializer,
)
from campaigns.models import Campaign
from campaigns.reasons import REASONS
from campaigns.selectors.launch_snapshot import Seen
from campaigns.selectors.people import LISTS
from campaigns.selectors.people import people as people_of
from campaigns.selectors.preflight import examine, missing
from campaigns.selectors.progress import Progress, progress
from campaigns.selectors.results import comparisons
from engagement.api.exceptions import Conflict, PreconditionRequired, Unprocessable
from engagement.api.idempotency import once
from engagement.api.pagination import page_by_key
from engagement.api.preconditions import refuse_other_state
from engagement.api.strict import ApiView, Filter, Kind
from engagement.village.access import person_of
from engagement.village.audit import origin_of, record

READ = ("campaigns:read", ("campaigns.view_campaign",))
STEER = ("campaigns:write", ("campaigns.view_campaign", "campaigns.launch_campaign"))
ADD = ("campaigns:write", ("campaigns.view_campaign", "campaigns.add_campaign"))
CHANGE = ("campaigns:write", ("campaigns.view_campaign", "campaigns.change_campaign"))
RECIPIENTS = ("campaigns:read", ("campaigns.view_campaign", "campaigns.view_recipient"))
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
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
    paged = frozenset({"list", "recipients"})
    filters = {
        "list": (Filter(name="status", kind=Kind.CHOICE, choices=tuple(Campaign.Status.values)),),
        "recipients": (
            Filter(name="list", kind=Kind.CHOICE, choices=tuple(LISTS), description="Where they stand; all of them"),
            Filter(
                name="reason", kind=Kind.CHOICE, choices=tuple(REASONS), description="Of those skipped: why they were"
            ),
        ),
    }
    conditional = frozenset({"retrieve", "partial_update"})
    bodiless = frozenset({"pause", "resume", "stop", "duplicate"})
    access = dict.fromkeys(("list", "retrieve", "progress", "preflight", "results"), READ) | dict.fromkeys(
        ("launch", "pause", "resume", "stop"), STEER
    )
    access |= {"create": ADD, "partial_update": CHANGE, "duplicate": ADD, "recipients": RECIPIENTS}

    def get_queryset(self) -> QuerySet[Campaign]:
        """Return what the person may read, narrowed by ``status``."""
        visible = Campaign.objects.visible_to(person_of(self.request))
        return visible.filter(**self.query)

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Answer with one campaign."""
        return Response(CampaignSerializer(self._visible(request, id)).data)

    @extend_schema(
        summary="Create a draft",
        description="It is sent to nobody before it is launched. What you leave out has the defaults of the form.",
        request=CampaignDraftSerializer,
        responses={201: CampaignSerializer},
        parameters=[KEY],
    )
    @once
    def create(self, request: Request) -> Response:
        """Make it."""
        form = CampaignDraftSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = create_campaign(
            values=form.validated_data, actor=person_of(request), now=timezone.now(), origin=origin_of(request)
        )
        return Response(CampaignSerializer(made).data, status=201)

    @extend_schema(
        summary="Change a draft",
        description="What you leave out stays. What was launched cannot be changed: duplicate it.",
        request=CampaignDraftSerializer,
        responses={200: CampaignSerializer, 409: OpenApiResponse(description="It was launched")},
    )
    def partial_update(self, request: Request, id: UUID) -> Response:
        """Change it."""
        shown = self._visible(request, id)
        with transaction.atomic():
            draft = Campaign.objects.lock(shown.pk)
            refuse_other_state(request, CampaignSerializer(draft).data)
            form = CampaignDraftSerializer(draft, data=request.data, partial=True)
            form.is_valid(raise_exception=True)
            try:
                changed = change_campaign(
                    campaign=draft,
                    changes=form.validated_data,
                    actor=person_of(request),
                    now=timezone.now(),
                    origin=origin_of(request),
                )
            except AlreadyLaunched as error:
                raise Conflict("It was launched and cannot be changed any more. Duplicate it instead.") from error
        return Response(CampaignSerializer(changed).data)

    @extend_schema(summary="Read the results of a campaign", responses=ResultsSerializer, filters=False)
    @action(detail=True, methods=["get"])
    def results(self, request: Request, id: UUID) -> Response:
        """Answer with the figures of its page, and the comparison with those held out."""
        shown = self._visible(request, id)
        found = progress(campaign=shown, now=timezone.now())
        read = ResultsSerializer({"progress": found, "comparisons": comparisons(campaign=shown)}).data
        return Response(read | {"progress": _progress(shown, found)})

    @extend_schema(
        summary="List the recipients of a campaign",
        description="Each page that is read is in the audit trail: it holds names and addresses.",
        responses={200: RecipientSerializer(many=True)},
    )
    @action(detail=True, methods=["get"], serializer_class=RecipientSerializer)
    def recipients(self, request: Request, id: UUID) -> Response:
        """Answer with a page of one list."""
        shown, which, code = self._visible(request, id), self.query.get("list", "all"), self.query.get("reason", "")
        if code and which != "skipped":
            raise ParseError("reason narrows those who were skipped. Send list=skipped with it.")
        page, link = page_by_key(
            request,
            lambda after, limit: people_of(campaign=shown, which=which, code=code, after=after, size=limit).people,
        )
        record(
            actor=person_of(request),
            action="campaign.recipients_read",
            subject=shown,
            now=timezone.now(),
            detail={"list": which, "code": code, "people": len(page)},
            origin=origin_of(request),
        )
        return Response({"next": link, "results": RecipientSerializer(page, many=True).data})

    @extend_schema(summary="Read how far a campaign is", responses=ProgressSerializer, filters=False)
    @action(detail=True, methods=["get"])
    def progress(self, request: Request, id: UUID) -> Response:
        """Count, in people."""
        shown = self._visible(request, id)
        found = progress(campaign=shown, now=timezone.now())
        return Response(_progress(shown, found))

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
        except steering.CampaignEnded as error:
            raise Conflict("Its end has come. Nothing more leaves. Duplicate it to go on with new dates.") from error
        except steering.ApprovalWithdrawn as error:
            raise Conflict("The approval of its content was withdrawn. Have it approved again, then resume.") from error
        except steering.NotLaunched as error:
            raise Conflict("Only a campaign that was launched and is not over can do that.") from error
        return Response(CampaignSerializer(done).data)

    def _visible(self, request: Request, key: UUID) -> Campaign:
        return get_object_or_404(Campaign.objects.visible_to(person_of(request)), key=key)


def _progress(campaign: Campaign, found: Progress) -> dict[str, Any]:
    return ProgressSerializer(found).data | {"verdict": found.verdict(campaign.status)}
