"""``/api/v1/tasks/``, ``/api/v1/handoffs/`` and ``/api/v1/profiles/{id}/notes/``."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from collaboration.actions.note_person import NoteRefused, note_person
from collaboration.api.serializers import (
    DeclineSerializer,
    HandoffSerializer,
    NewNoteSerializer,
    NewProfileTaskSerializer,
    NoteSerializer,
    TaskChangeSerializer,
    TaskSerializer,
    TeamMemberSerializer,
    handoff_code,
)
from collaboration.handoffs import AlreadyAnswered, HandoffRefused, accept, bounce, withdraw
from collaboration.models import Handoff, Note, Task
from collaboration.tasks import TaskRefused, cancel, change_due, complete, make, reassign, reopen
from engagement.api.exceptions import Conflict, Unprocessable
from engagement.api.idempotency import once
from engagement.api.preconditions import refuse_other_state
from engagement.api.strict import ApiView, Filter, Kind
from engagement.keys import new_key
from engagement.profiles.family import family_of
from engagement.profiles.models import Profile
from engagement.village.access import person_of
from engagement.village.models import User

READ_TASKS = ("work:read", ("collaboration.view_task",))
WRITE_TASKS = ("work:write", ("collaboration.add_task",))
CHANGE_TASKS = ("work:write", ("collaboration.view_task", "collaboration.change_task"))
READ_HANDOFFS = ("work:read", ("collaboration.view_handoff",))
ANSWER_HANDOFFS = ("work:write", ("collaboration.view_handoff", "collaboration.change_handoff"))
READ_NOTES = ("work:read", ("profiles.view_profile", "collaboration.view_note"))
WRITE_NOTES = ("work:write", ("profiles.view_profile", "collaboration.view_note", "collaboration.add_note"))
TASK_CHANGES = ("complete", "reopen", "cancel")
HANDOFF_CHANGES = ("accept", "decline", "withdraw")
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)
PROFILE = OpenApiParameter("profile_id", UUID, OpenApiParameter.PATH, description="The contact")


def task_schema(summary: str) -> Callable[[Any], Any]:
    """Describe a change of a task."""
    refused = OpenApiResponse(description="It cannot be changed; the detail says why")
    return extend_schema(summary=summary, request=None, responses={200: TaskSerializer, 422: refused}, parameters=[KEY])


def handoff_schema(summary: str, body: Any = None) -> Callable[[Any], Any]:
    """Describe an answer to a handoff."""
    answers = {
        200: HandoffSerializer,
        409: OpenApiResponse(description="A colleague was faster"),
        422: OpenApiResponse(description="It cannot be done; the detail says why"),
    }
    return extend_schema(summary=summary, request=body, responses=answers, parameters=[KEY])


@extend_schema_view(
    list=extend_schema(
        summary="List the tasks that you do, gave, or that your departments have, newest first",
    ),
    retrieve=extend_schema(summary="Read one task"),
)
class TaskViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[Task]):
    """Tasks that the token's person may see."""

    serializer_class = TaskSerializer
    queryset = Task.objects.none()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("-key",)
    filters = {
        "list": (
            Filter(name="state", kind=Kind.CHOICE, choices=tuple(Task.State.values)),
            Filter(name="assignee", kind=Kind.ID, description="A member of the team"),
            Filter(name="profile", kind=Kind.ID, description="All tasks about this contact, also of others"),
        )
    }
    access = {"list": READ_TASKS, "retrieve": READ_TASKS, "create": WRITE_TASKS} | dict.fromkeys(
        ("partial_update", *TASK_CHANGES), CHANGE_TASKS
    )
    conditional = frozenset({"retrieve", "partial_update", *TASK_CHANGES})
    bodiless = frozenset(TASK_CHANGES)

    def get_queryset(self) -> QuerySet[Task]:
        """Return what the person may see, narrowed by the filters."""
        person, query = person_of(self.request), dict(self.query)
        if profile := query.pop("profile", None):
            try:
                query["profile__in"] = family_of(profile)
            except Profile.DoesNotExist:
                return Task.objects.none()
            return Task.objects.visible_to(person).select_related("department").filter(**query)
        return Task.objects.concerning(person).select_related("department").filter(**query)

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Answer with one task."""
        return Response(TaskSerializer(self._visible(request, id)).data)

    @extend_schema(
        summary="Change who does a task, or when it is due",
        request=TaskChangeSerializer,
        responses={200: TaskSerializer, 422: OpenApiResponse(description="It cannot be changed; the detail says why")},
    )
    def partial_update(self, request: Request, id: UUID) -> Response:
        """Whoever gets it is notified."""
        form = TaskChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self._change(request, id, partial(_apply, given=dict(form.validated_data)))

    @task_schema("Complete a task")
    @action(detail=True, methods=["post"])
    @once
    def complete(self, request: Request, id: UUID) -> Response:
        """It is done."""
        return self._change(request, id, complete)

    @task_schema("Reopen a task")
    @action(detail=True, methods=["post"])
    @once
    def reopen(self, request: Request, id: UUID) -> Response:
        """It is to be done after all."""
        return self._change(request, id, reopen)

    @task_schema("Cancel a task")
    @action(detail=True, methods=["post"])
    @once
    def cancel(self, request: Request, id: UUID) -> Response:
        """It need not be done."""
        return self._change(request, id, cancel)

    def _visible(self, request: Request, key: UUID) -> Task:
        visible = Task.objects.visible_to(person_of(request)).select_related("department")
        return get_object_or_404(visible, key=key)

    def _change(self, request: Request, key: UUID, act: Callable[..., Task]) -> Response:
        """Do one thing with a task that concerns the person. Raises PermissionDenied for others' tasks."""
        person, shown = person_of(request), self._visible(request, key)
        if not Task.objects.concerning(person).filter(pk=shown.pk).exists():
            raise PermissionDenied
        with transaction.atomic():
            current = Task.objects.lock(key)
            refuse_other_state(request, TaskSerializer(current).data)
            try:
                act(task_id=key, actor=person, now=timezone.now())
            except TaskRefused as refusal:
                raise Unprocessable(str(refusal), code="task_refused") from refusal
        return Response(TaskSerializer(Task.objects.select_related("department").get(pk=key)).data)

    @extend_schema(
        summary="Make a task",
        description="Whoever gets it is told. Send an Idempotency-Key to be able to repeat.",
        request=NewProfileTaskSerializer,
        responses={201: TaskSerializer, 422: OpenApiResponse(description="It cannot be made; the detail says why")},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    @once
    def create(self, request: Request) -> Response:
        """Make it once for each Idempotency-Key."""
        form = NewProfileTaskSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = dict(form.validated_data)
        about: dict[str, Any] = {}
        if profile_id := given.pop("profile", None):
            about["profile_id"] = canonical_id(profile_id)
        return make_task(request, given, about)


def make_task(request: Request, given: dict[str, Any], about: dict[str, Any]) -> Response:
    """Make a task about something. Raises Unprocessable."""
    key = request.headers.get("Idempotency-Key") or new_key()
    client_key = hashlib.sha256(f"api {request.user.pk} {key}".encode()).hexdigest()
    try:
        task = make(created_by=person_of(request), now=timezone.now(), client_key=client_key, **given, **about)
    except TaskRefused as refusal:
        raise Unprocessable(str(refusal), code="task_refused") from refusal
    return Response(TaskSerializer(task).data, status=201)


def canonical_id(profile_id: UUID) -> UUID:
    """Return the contact that is read for an id. Raises Unprocessable where there is none."""
    profile = Profile.objects.filter(pk=profile_id, erased_at=None).first()
    if profile is None:
        raise Unprocessable("profile: there is no contact of this id.", code="profile_unknown")
    return profile.canonical_id or profile.pk


def _apply(*, task_id: UUID, actor: User, now: datetime, given: dict[str, Any]) -> Task:
    """Change the parts that were given. Raises TaskRefused."""
    task = Task.objects.get(pk=task_id)
    if {"assignee", "department"} & set(given):
        who = {"assignee": given.get("assignee", task.assignee), "department": given.get("department", task.department)}
        task = reassign(task_id=task_id, actor=actor, now=now, **who)
    if "due_at" in given:
        task = change_due(task_id=task_id, due_at=given["due_at"], actor=actor, now=now)
    return task


@extend_schema_view(
    list=extend_schema(
        summary="List the handoffs from and to your departments, newest first",
    ),
    retrieve=extend_schema(summary="Read one handoff"),
)
class HandoffViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[Handoff]):
    """Handoffs that the token's person may see."""

    serializer_class = HandoffSerializer
    queryset = Handoff.objects.none()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("-key",)
    filters = {
        "list": (
            Filter(name="state", kind=Kind.CHOICE, choices=tuple(Handoff.State.values)),
            Filter(name="subject_id", kind=Kind.ID, description="What is handed over, such as a conversation"),
        )
    }
    access = {"list": READ_HANDOFFS, "retrieve": READ_HANDOFFS} | dict.fromkeys(HANDOFF_CHANGES, ANSWER_HANDOFFS)
    conditional = frozenset({"retrieve", *HANDOFF_CHANGES})
    bodiless = frozenset({"accept", "withdraw"})

    def get_queryset(self) -> QuerySet[Handoff]:
        """Return what the person may see, narrowed by ``state``."""
        visible = Handoff.objects.visible_to(person_of(self.request)).select_related("from_department", "to_department")
        return visible.filter(**self.query)

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Answer with one handoff."""
        return Response(HandoffSerializer(get_object_or_404(self.get_queryset(), key=id)).data)

    @handoff_schema("Accept a handoff")
    @action(detail=True, methods=["post"])
    @once
    def accept(self, request: Request, id: UUID) -> Response:
        """It moves to its new place, into the hands of the token's person."""
        return self._change(request, id, accept)

    @handoff_schema("Decline a handoff", DeclineSerializer)
    @action(detail=True, methods=["post"])
    @once
    def decline(self, request: Request, id: UUID) -> Response:
        """It is returned with a reason."""
        form = DeclineSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self._change(request, id, partial(bounce, reason=form.validated_data["reason"]))

    @handoff_schema("Withdraw a handoff")
    @action(detail=True, methods=["post"])
    @once
    def withdraw(self, request: Request, id: UUID) -> Response:
        """It stays where it is."""
        return self._change(request, id, withdraw)

    def _change(self, request: Request, key: UUID, act: Callable[..., Handoff]) -> Response:
        shown = get_object_or_404(Handoff.objects.visible_to(person_of(request)), key=key)
        with transaction.atomic():
            current = Handoff.objects.lock(shown.pk)
            refuse_other_state(request, HandoffSerializer(current).data)
            try:
                done = act(handoff_id=shown.pk, actor=person_of(request), now=timezone.now())
            except AlreadyAnswered as refusal:
                raise Conflict(str(refusal), code=handoff_code(refusal)) from refusal
            except HandoffRefused as refusal:
                raise Unprocessable(str(refusal), code=handoff_code(refusal)) from refusal
        return Response(HandoffSerializer(done).data)


@extend_schema_view(list=extend_schema(summary="List the notes about a contact, newest first", parameters=[PROFILE]))
class NoteViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[Note]):
    """What colleagues know of a contact."""

    serializer_class = NoteSerializer
    queryset = Note.objects.none()
    keyset: tuple[str, ...] = ("-created_at", "-key")
    access = {"list": READ_NOTES, "create": WRITE_NOTES}

    def get_queryset(self) -> QuerySet[Note]:
        """Return the notes about the contact, and about those merged into them."""
        profile = get_object_or_404(Profile, pk=self.kwargs["profile_id"])
        return Note.objects.filter(profile__in=family_of(profile.pk)).select_related("department")

    @extend_schema(
        summary="Write a note about a contact",
        request=NewNoteSerializer,
        responses={201: NoteSerializer, 422: OpenApiResponse(description="It cannot stand; the detail says why")},
        parameters=[PROFILE, KEY],
    )
    @once
    def create(self, request: Request, profile_id: UUID) -> Response:
        """Only the team reads it."""
        profile = get_object_or_404(Profile, pk=profile_id, erased_at=None)
        form = NewNoteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = request.headers.get("Idempotency-Key") or new_key()
        client_key = hashlib.sha256(f"api {request.user.pk} {given}".encode()).hexdigest()
        try:
            note = note_person(
                profile=profile,
                author=person_of(request),
                text=form.validated_data["text"],
                client_key=client_key,
                now=timezone.now(),
            )
        except NoteRefused as refusal:
            raise Unprocessable(str(refusal), code="note_refused") from refusal
        return Response(NoteSerializer(note).data, status=201)


@extend_schema_view(list=extend_schema(summary="List the active members of the team, newest first"))
class MemberViewSet(ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[User]):
    """To whom work can be assigned."""

    serializer_class = TeamMemberSerializer
    queryset = User.objects.none()
    keyset: tuple[str, ...] = ("-key",)
    filters = {"list": (Filter(name="department", description="The slug of a department"),)}
    access = {"list": READ_TASKS}

    def get_queryset(self) -> QuerySet[User]:
        """Return who works here, narrowed by ``department``."""
        found = User.objects.filter(is_active=True).prefetch_related("departments")
        department = self.query.get("department", "")
        return found.filter(departments__slug=department) if department else found
