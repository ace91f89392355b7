"""``/api/v1/spaces/``, ``community-members/``, ``topics/``, ``posts/``: read and answered in by the team."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from community.actions.refusals import Refused
from community.actions.topics import answer, open_topic
from community.api.changes import SpaceChangesMixin, TopicChangesMixin
from community.api.form_faults import KEY, REFUSED, faults_of
from community.api.serializers import (
    CommunityMemberSerializer,
    NewPostSerializer,
    NewTopicSerializer,
    PostSerializer,
    SpaceSerializer,
    TopicSerializer,
)
from community.forms import AskForm
from community.models import Member, Post, Space, Topic
from community.visitor import ANSWER, MODERATE
from engagement.api.exceptions import Unprocessable
from engagement.api.idempotency import once
from engagement.api.pagination import KeysetPagination
from engagement.api.strict import ApiView, Filter, Kind
from engagement.village.access import person_of
from engagement.village.audit import origin_of, record
from engagement.village.models import User

READ = ("community:read", ("community.view_space",))
READ_MEMBERS = ("community:read", ("community.view_member",))
REPLY = ("community:write", ("community.view_space", ANSWER))
OPEN = ("community:write", ("community.view_space", MODERATE))


def staff_of(request: Request) -> User | None:
    """Return the person where they speak for the community or moderate it, who read more than the public."""
    person = person_of(request)
    return person if person.has_perm(ANSWER) or person.has_perm(MODERATE) else None


def readable_posts(request: Request) -> QuerySet[Post]:
    """Return the posts that the person may read; what its author took back is nobody's to read."""
    found = Post.objects.readable_by(None, staff_of(request)).exclude(state=Post.State.WITHDRAWN)
    return found.select_related("topic", "member", "staff").defer("search", "topic__search")


def readable_topics(request: Request) -> QuerySet[Topic]:
    """Return the topics that the person may read."""
    found = Topic.objects.readable_by(None, staff_of(request))
    return found.select_related("space", "author").defer("search")


@extend_schema_view(
    list=extend_schema(summary="List spaces, by their position"),
    retrieve=extend_schema(summary="Read one space"),
)
class SpaceViewSet(SpaceChangesMixin, ApiView, viewsets.ReadOnlyModelViewSet[Space]):
    """Parts of the community."""

    serializer_class = SpaceSerializer
    queryset = Space.objects.all()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset = ("position", "key")
    access = {
        "list": READ,
        "retrieve": READ,
        "create": ("community:write", ("community.view_space", "community.add_space")),
        "partial_update": ("community:write", ("community.view_space", "community.change_space")),
    }
    conditional = frozenset({"retrieve", "create", "partial_update"})

    def get_queryset(self) -> QuerySet[Space]:
        """Return the spaces that the person may read."""
        return Space.objects.readable_by(None, staff_of(self.request))


@extend_schema_view(
    list=extend_schema(summary="List members, newest first"),
    retrieve=extend_schema(summary="Read one member"),
)
class CommunityMemberViewSet(ApiView, viewsets.ReadOnlyModelViewSet[Member]):
    """Customers who speak in the community."""

    serializer_class = CommunityMemberSerializer
    queryset = Member.objects.all()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset = ("-key",)
    filters = {
        "list": (
            Filter(name="handle", description="Exactly this handle"),
            Filter(name="profile", kind=Kind.ID, description="The membership of a profile"),
        )
    }
    access = {"list": READ_MEMBERS, "retrieve": READ_MEMBERS}

    def get_queryset(self) -> QuerySet[Member]:
        """Return all, narrowed by ``handle`` and ``profile``."""
        narrowed = {"handle": "handle", "profile": "profile_id"}
        return Member.objects.filter(**{narrowed[name]: value for name, value in self.query.items()})


@extend_schema_view(
    list=extend_schema(
        summary="List topics, latest activity first",
        description="Those in sight; with `state` held or hidden, those of the spaces that you moderate.",
    ),
    retrieve=extend_schema(summary="Read one topic"),
)
class TopicViewSet(TopicChangesMixin, ApiView, mixins.ListModelMixin, viewsets.GenericViewSet[Topic]):
    """Questions, ideas, discussions and reviews that members opened."""

    serializer_class = TopicSerializer
    queryset = Topic.objects.none()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    keyset: tuple[str, ...] = ("-last_activity_at", "-key")
    paged = frozenset({"list", "posts"})
    filters = {
        "list": (
            Filter(name="space", kind=Kind.ID),
            Filter(name="kind", kind=Kind.CHOICE, choices=tuple(Topic.Kind.values)),
            Filter(name="state", kind=Kind.CHOICE, choices=tuple(Topic.State.values)),
            Filter(name="author", kind=Kind.ID, description="The id of a member"),
        )
    }
    access = {
        "list": READ,
        "retrieve": READ,
        "posts": READ,
        "create": OPEN,
        "reply": REPLY,
        "close": OPEN,
        "reopen": OPEN,
        "idea": OPEN,
    }
    conditional = frozenset({"retrieve", "create", "close", "reopen", "idea"})
    bodiless = frozenset({"close", "reopen"})

    def get_queryset(self) -> QuerySet[Topic]:
        """Return what the person may read, narrowed by the filters."""
        names = {"space": "space_id", "kind": "kind", "state": "state", "author": "author_id"}
        found = readable_topics(self.request)
        if "state" not in self.query:
            found = found.shown()  # type: ignore[attr-defined]
        return found.filter(**{names[name]: value for name, value in self.query.items()})

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Answer with one topic."""
        return Response(TopicSerializer(get_object_or_404(readable_topics(request), key=id)).data)

    @extend_schema(
        summary="Open a topic for a member",
        description=(
            "For what was asked elsewhere, or is moved here from another forum: only in spaces that you moderate. The"
            " member watches it and is scored as if they had written it; the audit trail says that you did."
        ),
        request=NewTopicSerializer,
        responses={201: TopicSerializer, 422: REFUSED},
        parameters=[KEY],
    )
    @once
    def create(self, request: Request) -> Response:
        """Open it."""
        form = NewTopicSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given, actor = form.validated_data, person_of(request)
        member = Member.objects.filter(pk=given["member"]).first()
        checked = AskForm({**given, "rating": given["rating"] or ""}, spaces=Space.objects.moderated_by(actor))
        faults: dict[str, list[str]] = {} if checked.is_valid() else faults_of(checked.errors)
        if member is None:
            faults["member"] = ["There is no such member."]
        if faults or member is None:
            raise serializers.ValidationError(faults)
        facts = dict(checked.cleaned_data)
        facts.pop("client_key")
        now = timezone.now()
        with transaction.atomic():
            try:
                made = open_topic(member=member, source=facts.pop("text"), now=now, **facts)
            except Refused as error:
                raise Unprocessable(str(error)) from error
            detail = {"member": str(member.pk), "name": member.shown_name}
            record(
                actor=actor,
                action="community.topic_opened_for",
                subject=made,
                now=now,
                detail=detail,
                origin=origin_of(request),
            )
        return Response(TopicSerializer(made).data, status=201)

    @extend_schema(
        summary="List the posts of a topic, oldest first", responses=PostSerializer(many=True), filters=False
    )
    @action(detail=True, methods=["get"], serializer_class=PostSerializer)
    def posts(self, request: Request, id: UUID) -> Response:
        """Answer with a page of its posts: the opening one, answers, and remarks beneath them."""
        topic = get_object_or_404(readable_topics(request), key=id)
        self.keyset = ("key",)
        paginator = KeysetPagination()
        page = paginator.paginate_queryset(readable_posts(request).filter(topic=topic), request, view=self)
        return paginator.get_paginated_response(PostSerializer(page, many=True).data)

    @extend_schema(
        summary="Answer in a topic for the organization",
        request=NewPostSerializer,
        responses={201: PostSerializer, 422: REFUSED},
        parameters=[KEY],
    )
    @posts.mapping.post
    @once
    def reply(self, request: Request, id: UUID) -> Response:
        """Answer, or remark beneath a post."""
        topic = get_object_or_404(readable_topics(request), key=id)
        form = NewPostSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        text, parent = form.validated_data["text"], form.validated_data["parent"]
        beneath = readable_posts(request).filter(topic=topic, pk=parent).first() if parent else None
        if parent and (beneath is None or beneath.kind == Post.Kind.REMARK):
            raise serializers.ValidationError({"parent": ["This is no post of the topic that takes remarks."]})
        actor, now = person_of(request), timezone.now()
        with transaction.atomic():
            try:
                made = answer(topic=topic, parent=beneath, staff=actor, source=text, now=now)
            except Refused as error:
                raise Unprocessable(str(error)) from error
            record(
                actor=actor,
                action="community.answered",
                subject=made,
                now=now,
                detail={"topic": str(topic.pk)},
                origin=origin_of(request),
            )
        return Response(PostSerializer(made).data, status=201)


@extend_schema_view(retrieve=extend_schema(summary="Read one post"))
class PostViewSet(ApiView, viewsets.GenericViewSet[Post]):
    """What somebody said in a topic."""

    serializer_class = PostSerializer
    queryset = Post.objects.none()
    lookup_field = "key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    access = {"retrieve": READ}

    def retrieve(self, request: Request, id: UUID) -> Response:
        """Answer with one post."""
        return Response(PostSerializer(get_object_or_404(readable_posts(request), key=id)).data)
