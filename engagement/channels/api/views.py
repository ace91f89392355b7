"""``/api/v1/channels/``: list, create, change, test, pause, resume."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from engagement.api.exceptions import Unprocessable
from engagement.api.idempotency import once
from engagement.api.preconditions import refuse_other_state
from engagement.api.strict import ApiView, Filter, Kind
from engagement.channels.actions import configure
from engagement.channels.adapters import adapter_for
from engagement.channels.api.change_channel import change_channel, create_channel
from engagement.channels.api.serializers import (
    ChannelChangeSerializer,
    ChannelSerializer,
    ChannelTestSerializer,
    NewChannelSerializer,
    TestRequestSerializer,
)
from engagement.channels.channel_tests import request_test, tested_kinds
from engagement.channels.models import Channel
from engagement.channels.selectors.channel_tests import shown_test
from engagement.village.access import person_of
from engagement.village.audit import origin_of

VIEW = ("channels:read", ("engagement_channels.view_channel",))
ADD = ("channels:write", ("engagement_channels.view_channel", "engagement_channels.add_channel"))
CHANGE = ("channels:write", ("engagement_channels.view_channel", "engagement_channels.change_channel"))
OPERATE = ("channels:write", ("engagement_channels.view_channel", "engagement_channels.operate_channel"))
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
REFUSED = OpenApiResponse(description="Some values are wrong; errors says which")
EXAMPLE = OpenApiExample(
    "A mailbox",
    value={
        "kind": "email",
        "name": "Customer care",
        "address": "care@pedralva.example",
        "sender_name": "Pedralva",
        "settings": {
            "smtp": {"host": "smtp.pedralva.example", "port": 587, "tls": "required", "user": "care", "password": "…"},
            "imap": {"host": "imap.pedralva.example", "port": 993, "tls": "always", "user": "care", "password": "…"},
        },
    },
    request_only=True,
)


@extend_schema_view(
    list=extend_schema(summary="List channels, newest first"), retrieve=extend_schema(summary="Read one channel")
)
class ChannelViewSet(ApiView, viewsets.ReadOnlyModelViewSet[Channel]):
    """The addresses through which we are spoken to."""

    serializer_class = ChannelSerializer
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    access = {
        "list": VIEW,
        "retrieve": VIEW,
        "create": ADD,
        "partial_update": CHANGE,
        "pause": OPERATE,
        "resume": OPERATE,
        "test": VIEW,
        "start_test": OPERATE,
    }
    keyset = ("-key",)
    conditional = frozenset({"retrieve", "create", "partial_update", "pause", "resume"})
    volatile = frozenset({"circuit_open_until", "last_inbound_at", "last_outbound_at"})
    bodiless = frozenset({"pause", "resume"})
    filters = {
        "list": (
            Filter(name="kind", kind=Kind.TEXT, description="email, sms, community, …"),
            Filter(name="status", kind=Kind.CHOICE, choices=tuple(Channel.Status.values)),
        )
    }
    queryset = Channel.objects.select_related("department")

    def get_queryset(self) -> Any:
        """Return all, narrowed by the filters."""
        return super().get_queryset().filter(**self.query)

    def get_serializer_context(self) -> dict[str, Any]:
        """Say whether settings are shown."""
        shows = not getattr(self, "swagger_fake_view", False) and self.request.user.has_perm(CHANGE[1][1])
        return {**super().get_serializer_context(), "shows_settings": shows}

    @extend_schema(
        summary="Create a channel",
        description="It is paused: test it, then resume it.",
        request=NewChannelSerializer,
        responses={201: ChannelSerializer, 422: REFUSED},
        parameters=[KEY],
        examples=[EXAMPLE],
    )
    @once
    def create(self, request: Request) -> Response:
        """Refused when there is one with this address."""
        form = NewChannelSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = dict(form.validated_data)
        if "settings" in given and not request.user.has_perm(CHANGE[1][1]):
            raise PermissionDenied
        with transaction.atomic():
            made = create_channel(given, actor=person_of(request), origin=origin_of(request), now=timezone.now())
        return Response(self._shown(made.pk), status=201)

    @extend_schema(
        summary="Change a channel",
        description="A password that is left out stays, as long as server and user stay.",
        request=ChannelChangeSerializer,
        responses={200: ChannelSerializer, 422: REFUSED},
    )
    def partial_update(self, request: Request, id: UUID) -> Response:
        """What is left out stays."""
        form = ChannelChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = dict(form.validated_data)
        return self._change(
            request,
            id,
            lambda channel: change_channel(
                channel, given, actor=person_of(request), origin=origin_of(request), now=timezone.now()
            ),
        )

    @extend_schema(summary="Pause a channel", request=None, responses={200: ChannelSerializer}, parameters=[KEY])
    @action(detail=True, methods=["post"])
    @once
    def pause(self, request: Request, id: UUID) -> Response:
        """Nothing leaves, and no mailbox is fetched, until it is resumed."""
        return self._turn(request, id, configure.pause)

    @extend_schema(summary="Resume a channel", request=None, responses={200: ChannelSerializer}, parameters=[KEY])
    @action(detail=True, methods=["post"])
    @once
    def resume(self, request: Request, id: UUID) -> Response:
        """What waited leaves."""
        return self._turn(request, id, configure.resume)

    @extend_schema(
        summary="Read the last test of a channel",
        description="404 when it was never tested.",
        responses={200: ChannelTestSerializer},
    )
    @action(detail=True, methods=["get"])
    def test(self, request: Request, id: UUID) -> Response:
        """As far as it has come."""
        channel = get_object_or_404(Channel, pk=id)
        shown = shown_test(channel, now=timezone.now())
        if shown is None:
            raise Http404
        return Response(ChannelTestSerializer(shown).data)

    @extend_schema(
        summary="Test a channel",
        description=(
            "A worker sends a message, sees it come back, and reads it: read how far it is by GET. A test that runs is"
            " not started again."
        ),
        request=TestRequestSerializer,
        responses={202: ChannelTestSerializer, 422: OpenApiResponse(description="It cannot be tested")},
    )
    @test.mapping.post
    def start_test(self, request: Request, id: UUID) -> Response:
        """Start it."""
        channel = get_object_or_404(Channel, pk=id)
        form = TestRequestSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        recipient, now = form.validated_data.get("to", ""), timezone.now()
        if channel.kind not in tested_kinds():
            raise Unprocessable("A channel of this kind has nothing to test.", code="not_testable")
        if channel.kind == "sms" and not adapter_for("sms").is_address(recipient):
            raise Unprocessable(
                "to: the number of a phone to test with, like +5531999990000.", code="recipient_missing"
            )
        request_test(channel=channel, actor=person_of(request), origin=origin_of(request), now=now, recipient=recipient)
        return Response(ChannelTestSerializer(shown_test(channel, now=now)).data, status=202)

    def _turn(self, request: Request, key: UUID, act: Callable[..., Channel]) -> Response:
        return self._change(
            request,
            key,
            lambda channel: act(
                channel=channel, actor=person_of(request), origin=origin_of(request), now=timezone.now()
            ),
        )

    def _change(self, request: Request, key: UUID, act: Callable[[Channel], Channel]) -> Response:
        with transaction.atomic():
            channel = get_object_or_404(Channel.objects.select_for_update(of=("self",), no_key=True), pk=key)
            refuse_other_state(request, self._shown(key), volatile=self.volatile)
            act(channel)
        return Response(self._shown(key))

    def _shown(self, key: UUID) -> dict[str, Any]:
        channel = Channel.objects.select_related("department").get(pk=key)
        return dict(ChannelSerializer(channel, context=self.get_serializer_context()).data)
