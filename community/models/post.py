"""Posts: what was said in a topic, with every version of it."""

import hashlib

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from community.models.member import Member
from community.models.space import Space
from community.models.topic import Topic
from engagement.keys import new_key
from engagement.organization.current import current_organization
from engagement.village.models import User


class PostQuerySet(models.QuerySet["Post"]):
    """Posts, as their readers ask for them."""

    def published(self) -> "PostQuerySet":
        """Return what everybody who may read the topic sees."""
        return self.filter(state=Post.State.PUBLISHED)

    def readable_by(self, member: Member | None, staff: User | None = None) -> "PostQuerySet":
        """Return what a visitor may read: what is published, their own, and all of it in spaces that they moderate."""
        seen = Q(state=Post.State.PUBLISHED)
        if member is not None:
            seen |= Q(member=member) & ~Q(state=Post.State.WITHDRAWN)
        if staff is not None:
            seen |= Q(topic__space__in=Space.objects.moderated_by(staff))
        return self.filter(seen, topic__in=Topic.objects.readable_by(member, staff))

    def lock(self, pk: object) -> "Post":
        """Return one post, locked until the transaction ends. Raises DoesNotExist."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Post(models.Model):
    """What somebody said. ``source`` is their Markdown, ``html`` what it became, ``text`` its words.

    Nothing is ever deleted: ``held`` waits for a person, ``hidden`` was taken out of sight with a reason,
    ``withdrawn`` by its author. ``score`` (0 to 100) and ``reasons`` say what the rules thought of it when it was
    written. ``transmission_key``: it is an agent's answer out of the inbox, made once.
    """

    class Kind(models.TextChoices):
        OPENING = "opening", _("opening")
        ANSWER = "answer", _("answer")
        REMARK = "remark", _("remark of the house")

    class State(models.TextChoices):
        PUBLISHED = "published", pgettext_lazy("post", "published")
        HELD = "held", _("held for review")
        HIDDEN = "hidden", pgettext_lazy("post", "hidden")
        WITHDRAWN = "withdrawn", pgettext_lazy("post", "withdrawn")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="posts", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="remarks")
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="posts", db_index=False)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    source = models.TextField(max_length=20_000)
    html = models.TextField()
    text = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.PUBLISHED)
    score = models.PositiveSmallIntegerField(default=0)
    reasons = models.JSONField(default=list)
    scored_at = models.DateTimeField()
    vote_count = models.PositiveIntegerField(default=0)
    edit_count = models.PositiveSmallIntegerField(default=0)
    client_key = models.UUIDField(null=True)
    transmission_key = models.UUIDField(null=True, unique=True)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    search = SearchVectorField(null=True, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(member=None, staff__isnull=False) | Q(member__isnull=False, staff=None),
                name="post_has_one_author",
            ),
            models.CheckConstraint(condition=Q(score__lte=100), name="post_score_at_most_100"),
            models.UniqueConstraint(fields=["topic"], condition=Q(kind="opening"), name="post_opens_once"),
            models.UniqueConstraint(fields=["member", "client_key"], name="post_submitted_once"),
        ]
        indexes = [
            models.Index(fields=["topic", "key"], name="post_topic"),
            models.Index(
                fields=["member", "-created_at", "-key"], name="post_member", condition=Q(member__isnull=False)
            ),
            models.Index(fields=["created_at"], name="post_at"),
            GinIndex(fields=["search"], name="post_search", condition=Q(state="published")),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def is_published(self) -> bool:
        """Everybody who may read the topic sees it."""
        return self.state == self.State.PUBLISHED

    @property
    def content_version(self) -> str:
        """What a decision is bound to: it is another one as soon as the words that readers see are others."""
        words = "\0".join([self.topic.title, self.topic.about, self.source])
        return hashlib.sha256(words.encode()).hexdigest()[:32]

    @property
    def author_name(self) -> str:
        """Who said it, as readers see them: a member's name, or "Tereza, of Pedralva"."""
        if self.staff is not None:
            return _now("%(name)s, of %(house)s") % {
                "name": self.staff.first_name,
                "house": current_organization().display_name,
            }
        return str(self.member)


class PostVersion(models.Model):
    """What a post said before it was changed."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveSmallIntegerField()
    source = models.TextField()
    html = models.TextField()
    by_member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    by_staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    replaced_at = models.DateTimeField()

    class Meta:
        verbose_name = _("version of a post")
        verbose_name_plural = _("versions of posts")
        default_permissions = ()
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(F("post"), F("number"), name="post_version_once")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.number}"
