"""Spaces, topics, posts, members and reviews as the API shows and takes them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from community.models import Member, Post, Review, Space, Topic
from community.models.moderation import Reason
from community.site import absolute
from engagement.api.strict import StrictSerializer

MAX_TEXT = 20_000


class SpaceSerializer(serializers.ModelSerializer[Space]):
    """A part of the community. ``kinds``: what may be opened there."""

    id = serializers.UUIDField(source="key", read_only=True)
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=Topic.Kind.values), read_only=True)

    class Meta:
        model = Space
        fields = [
            *("id", "slug", "name", "name_pt", "description", "description_pt", "rules", "rules_pt", "kinds"),
            *("visibility", "moderator", "deputy", "department", "position", "created_at"),
        ]
        read_only_fields = fields


class SpaceChangeSerializer(StrictSerializer):
    """What is changed of a space; what is left out stays. People and departments by their ids, null for none."""

    name = serializers.CharField(max_length=80, required=False)
    name_pt = serializers.CharField(max_length=80, required=False)
    description = serializers.CharField(max_length=300, required=False, allow_blank=True)
    description_pt = serializers.CharField(max_length=300, required=False, allow_blank=True)
    rules = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    rules_pt = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=Topic.Kind.values), required=False, allow_empty=False, max_length=4
    )
    visibility = serializers.ChoiceField(choices=Space.Visibility.choices, required=False)
    moderator = serializers.UUIDField(required=False, allow_null=True)
    deputy = serializers.UUIDField(required=False, allow_null=True)
    department = serializers.UUIDField(required=False, allow_null=True)
    position = serializers.IntegerField(min_value=0, max_value=32_767, required=False)


class NewSpaceSerializer(SpaceChangeSerializer):
    """A space to create. ``slug``: the word in its address, which never changes."""

    slug = serializers.SlugField(max_length=60)
    name = serializers.CharField(max_length=80)
    name_pt = serializers.CharField(max_length=80)


class CommunityMemberSerializer(serializers.ModelSerializer[Member]):
    """A customer who speaks in the community. ``name`` is what others see."""

    id = serializers.UUIDField(source="key", read_only=True)
    name = serializers.CharField(source="shown_name", read_only=True)

    class Meta:
        model = Member
        fields = ["id", "profile", "handle", "name", "language", "level", "joined_at", "silenced_until"]
        read_only_fields = fields


class AuthorSerializer(StrictSerializer):
    """Who wrote it: a member, or one of the team for the organization."""

    kind = serializers.ChoiceField(choices=["member", "staff"], read_only=True)
    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True, help_text="As readers see it")


class TopicSerializer(serializers.ModelSerializer[Topic]):
    """What a member opened. Its own text is its opening post."""

    id = serializers.UUIDField(source="key", read_only=True)
    author = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = Topic
        fields = [
            *("id", "space", "kind", "title", "about", "rating", "author", "state", "idea_status", "idea_note"),
            *("accepted", "vote_count", "answer_count", "read_count", "opened_at", "last_activity_at", "closed_at"),
            "url",
        ]
        read_only_fields = fields

    @extend_schema_field(AuthorSerializer)
    def get_author(self, topic: Topic) -> dict[str, Any]:
        """Return the member who opened it."""
        return {"kind": "member", "id": str(topic.author_id), "name": topic.author.shown_name}

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_url(self, topic: Topic) -> str:
        """Return its public address."""
        return absolute(topic.get_absolute_url())


class PostSerializer(serializers.ModelSerializer[Post]):
    """What somebody said. ``text`` is their Markdown; ``version`` is another one as soon as readers see other words."""

    id = serializers.UUIDField(source="key", read_only=True)
    author = serializers.SerializerMethodField()
    text = serializers.CharField(source="source", read_only=True)
    html = serializers.CharField(read_only=True, help_text="The text as it is shown, without anything dangerous")
    is_accepted = serializers.SerializerMethodField(help_text="The answer that helped")
    version = serializers.CharField(source="content_version", read_only=True)

    class Meta:
        model = Post
        fields = [
            *("id", "topic", "kind", "parent", "author", "state", "text", "html", "is_accepted", "vote_count"),
            *("version", "created_at", "edited_at"),
        ]
        read_only_fields = fields

    @extend_schema_field(AuthorSerializer)
    def get_author(self, post: Post) -> dict[str, Any]:
        """Return who wrote it."""
        kind, key = ("staff", post.staff_id) if post.staff_id else ("member", post.member_id)
        return {"kind": kind, "id": str(key), "name": post.author_name}

    def get_is_accepted(self, post: Post) -> bool:
        """Say whether it is the accepted answer."""
        return post.topic.accepted_id == post.pk


class NewTopicSerializer(StrictSerializer):
    """A topic to open for a member. It is scored as if they had written it, and may be held for review."""

    space = serializers.UUIDField()
    member = serializers.UUIDField(help_text="Whose topic it is")
    kind = serializers.ChoiceField(choices=Topic.Kind.values)
    title = serializers.CharField(min_length=8, max_length=160)
    text = serializers.CharField(min_length=2, max_length=MAX_TEXT, help_text="Markdown")
    about = serializers.CharField(
        max_length=60, required=False, allow_blank=True, default="", help_text="The product, if it is about one"
    )
    rating = serializers.IntegerField(
        min_value=1, max_value=5, required=False, allow_null=True, default=None, help_text="Of a review: how many of 5"
    )


class IdeaChangeSerializer(StrictSerializer):
    """Where an idea stands. ``note``: what those who voted are told."""

    status = serializers.ChoiceField(choices=Topic.IdeaStatus.values)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class NewPostSerializer(StrictSerializer):
    """An answer of the team for the organization."""

    text = serializers.CharField(min_length=2, max_length=MAX_TEXT, help_text="Markdown")
    parent = serializers.UUIDField(  # type: ignore[assignment]
        required=False, allow_null=True, default=None, help_text="A post of the topic, to stand beneath it as a remark"
    )


class ScoreReasonSerializer(StrictSerializer):
    """What brought points."""

    code = serializers.CharField(read_only=True)
    points = serializers.IntegerField(read_only=True)


class ReviewSerializer(serializers.ModelSerializer[Review]):
    """A post that a moderator has to look at. A decision names ``post.version``, which is the text that was read."""

    id = serializers.UUIDField(source="key", read_only=True)
    reasons = serializers.SerializerMethodField()
    post = PostSerializer(read_only=True)
    topic_title = serializers.CharField(source="post.topic.title", read_only=True)

    class Meta:
        model = Review
        fields = [
            *("id", "kind", "space", "score", "reasons", "topic_title", "post", "opened_at"),
            *("decision", "decided_at", "decided_by"),
        ]
        read_only_fields = fields

    @extend_schema_field(ScoreReasonSerializer(many=True))
    def get_reasons(self, review: Review) -> list[dict[str, Any]]:
        """Return what brought the post here."""
        return [{"code": code, "points": points} for code, points in review.reasons]


class DecisionSerializer(StrictSerializer):
    """The version of the post that was read."""

    version = serializers.CharField(max_length=100, help_text="post.version as it was read")


class HideSerializer(DecisionSerializer):
    """Why a post is hidden. Its author reads the text."""

    reason = serializers.ChoiceField(choices=Reason.values)
    text = serializers.CharField(max_length=500)


class VerdictSerializer(DecisionSerializer):
    """What becomes of an appeal, with an answer to the author."""

    verdict = serializers.ChoiceField(choices=["uphold", "overturn"], help_text="uphold: it stays hidden")
    text = serializers.CharField(max_length=500)
