"""What a program may change of spaces and topics: the same actions as the buttons of the pages."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.forms import model_to_dict
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from community.actions.refusals import Refused
from community.actions.spaces import save_space
from community.actions.topics import set_closed
from community.actions.voices import change_idea
from community.api.form_faults import KEY, REFUSED, faults_of
from community.api.serializers import (
    IdeaChangeSerializer,
    NewSpaceSerializer,
    SpaceChangeSerializer,
    SpaceSerializer,
    TopicSerializer,
)
from community.forms import SpaceForm
from community.models import Space, Topic
from engagement.api.exceptions import Unprocessable
from engagement.api.idempotency import once
from engagement.api.preconditions import refuse_other_state
from engagement.village.access import person_of
from engagement.village.models import User


class SpaceChangesMixin:
    """Spaces are created and changed."""

    @extend_schema(
        summary="Create a space",
        request=NewSpaceSerializer,
        responses={201: SpaceSerializer, 422: REFUSED},
        parameters=[KEY],
    )
    @once
    def create(self, request: Request) -> Response:
        """Its slug is its address and stays for ever."""
        form = NewSpaceSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = _save_space(Space(), form.validated_data, person_of(request))
        return Response(_show_space(made.pk), status=201)

    @extend_schema(
        summary="Change a space",
        request=SpaceChangeSerializer,
        responses={200: SpaceSerializer, 422: REFUSED},
    )
    def partial_update(self, request: Request, id: UUID) -> Response:
        """What is left out stays."""
        form = SpaceChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            space = get_object_or_404(Space.objects.select_for_update(of=("self",), no_key=True), pk=id)
            refuse_other_state(request, _show_space(id))
            _save_space(space, form.validated_data, person_of(request))
        return Response(_show_space(id))


def _save_space(space: Space, given: Mapping[str, Any], actor: User) -> Space:
    """Write what is given over what stands, by the rules of the page's form. Raises ValidationError."""
    stands = model_to_dict(space, SpaceForm.Meta.fields)
    if space._state.adding:
        stands.pop("volunteers", None)
    else:
        stands["volunteers"] = [one.pk for one in stands["volunteers"]]
    form = SpaceForm({**stands, **given}, instance=space)
    if not form.is_valid():
        raise serializers.ValidationError(faults_of(form.errors))
    return save_space(form=form, actor=actor, now=timezone.now())


def _show_space(key: UUID) -> dict[str, Any]:
    return dict(SpaceSerializer(Space.objects.get(pk=key)).data)


class TopicChangesMixin:
    """Topics are closed and reopened, ideas get a status: in spaces that the person moderates."""

    volatile = frozenset({"vote_count", "answer_count", "read_count", "last_activity_at"})

    @extend_schema(
        summary="Close a topic", request=None, responses={200: TopicSerializer, 422: REFUSED}, parameters=[KEY]
    )
    @action(detail=True, methods=["post"])
    @once
    def close(self, request: Request, id: UUID) -> Response:
        """Nobody answers in it any more."""
        return self._change(request, id, set_closed, closed=True)

    @extend_schema(
        summary="Reopen a topic", request=None, responses={200: TopicSerializer, 422: REFUSED}, parameters=[KEY]
    )
    @action(detail=True, methods=["post"])
    @once
    def reopen(self, request: Request, id: UUID) -> Response:
        """It takes answers again."""
        return self._change(request, id, set_closed, closed=False)

    @extend_schema(
        summary="Change the status of an idea",
        description="Those who voted for it are told, with the note.",
        request=IdeaChangeSerializer,
        responses={200: TopicSerializer, 422: REFUSED},
        parameters=[KEY],
    )
    @action(detail=True, methods=["post"])
    @once
    def idea(self, request: Request, id: UUID) -> Response:
        """Refused for a topic that is no idea."""
        form = IdeaChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self._change(request, id, change_idea, **form.validated_data)

    def _change(self, request: Request, key: UUID, act: Callable[..., Any], **facts: Any) -> Response:
        actor = person_of(request)
        with transaction.atomic():
            topic = get_object_or_404(Topic.objects.filter(space__in=Space.objects.moderated_by(actor)), pk=key)
            Topic.objects.lock(key)
            refuse_other_state(request, _show_topic(key), volatile=self.volatile)
            try:
                act(topic=topic, actor=actor, now=timezone.now(), **facts)
            except Refused as error:
                raise Unprocessable(str(error)) from error
        return Response(_show_topic(key))


def _show_topic(key: UUID) -> dict[str, Any]:
    return dict(TopicSerializer(Topic.objects.select_related("space", "author").get(pk=key)).data)
