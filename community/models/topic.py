"""Topics: a question, an idea, a discussion or a review, with what others said to it."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from community.models.member import Member
from community.models.space import Space
from engagement.keys import new_key
from engagement.village.models import User

if TYPE_CHECKING:
    from community.models.post import Post

SHOWN = Q(state__in=["open", "answered", "closed"])


class TopicQuerySet(models.QuerySet["Topic"]):
    """Topics, as their readers ask for them."""

    def shown(self) -> "TopicQuerySet":
        """Return what stands in lists: neither held for review nor hidden."""
        return self.filter(SHOWN)

    def readable_by(self, member: Member | None, staff: User | None = None) -> "TopicQuerySet":
        """Return what a visitor may open: what is shown in the spaces that they may read, and their own."""
        seen = SHOWN | Q(author=member) if member else SHOWN
        if staff is not None:
            seen |= Q(space__in=Space.objects.moderated_by(staff))
        return self.filter(seen, space__in=Space.objects.readable_by(member, staff))

    def lock(self, pk: object) -> "Topic":
        """Return one topic, locked until the transaction ends. Raises DoesNotExist."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Topic(models.Model):
    """What a member opened. Its own words are its opening post.

    ``held`` waits for a person to read the opening post, ``hidden`` was taken out of sight with a reason. The counts
    are changed in the transaction of what they count.
    """

    class Kind(models.TextChoices):
        QUESTION = "question", _("question")
        IDEA = "idea", _("idea")
        DISCUSSION = "discussion", _("discussion")
        REVIEW = "review", pgettext_lazy("of a product", "review")

    class State(models.TextChoices):
        HELD = "held", _("held for review")
        OPEN = "open", pgettext_lazy("topic", "open")
        ANSWERED = "answered", pgettext_lazy("topic", "answered")
        CLOSED = "closed", pgettext_lazy("topic", "closed")
        HIDDEN = "hidden", pgettext_lazy("topic", "hidden")

    class IdeaStatus(models.TextChoices):
        NEW = "new", pgettext_lazy("idea", "new")
        PLANNED = "planned", pgettext_lazy("idea", "planned")
        STARTED = "started", pgettext_lazy("idea", "started")
        DONE = "done", pgettext_lazy("idea", "done")
        DECLINED = "declined", pgettext_lazy("idea", "declined")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="topics", db_index=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    slug = models.SlugField(max_length=90)
    title = models.CharField(_("title"), max_length=160)
    about = models.CharField(_("product"), max_length=60, blank=True, default="")
    rating = models.PositiveSmallIntegerField(_("rating"), null=True, blank=True)
    author = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="topics", db_index=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    idea_status = models.CharField(max_length=10, choices=IdeaStatus, blank=True, default="")
    idea_note = models.CharField(max_length=500, blank=True, default="")
    accepted = models.ForeignKey(
        "community.Post", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    accepted_at = models.DateTimeField(null=True)
    accepted_by_asker = models.BooleanField(default=False)
    vote_count = models.PositiveIntegerField(default=0)
    answer_count = models.PositiveIntegerField(default=0)
    read_count = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(_("opened"))
    last_activity_at = models.DateTimeField(_("last activity"))
    closed_at = models.DateTimeField(null=True)
    search = SearchVectorField(null=True, editable=False)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["-last_activity_at", "-key"]
        constraints = [
            models.UniqueConstraint(fields=["space", "slug"], name="topic_slug_once_per_space"),
            models.CheckConstraint(
                condition=Q(kind="idea", idea_status__gt="") | (~Q(kind="idea") & Q(idea_status="")),
                name="topic_idea_has_a_status",
            ),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(kind="review", rating__range=(1, 5)), name="topic_rating_of_a_review"
            ),
        ]
        indexes = [
            models.Index(fields=["-last_activity_at", "-key"], name="topic_latest", condition=SHOWN),
            models.Index(fields=["kind", "-last_activity_at", "-key"], name="topic_kind", condition=SHOWN),
            models.Index(fields=["space", "-last_activity_at", "-key"], name="topic_space", condition=SHOWN),
            models.Index(fields=["-vote_count", "-key"], name="topic_wanted", condition=SHOWN & Q(kind="idea")),
            models.Index(fields=["opened_at"], name="topic_unanswered", condition=Q(state="open", kind="question")),
            models.Index(fields=["author", "-opened_at", "-key"], name="topic_author"),
            GinIndex(fields=["search"], name="topic_search"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The path at which the topic stays for ever."""
        return reverse("community:topic", args=[self.space.slug, self.slug])

    @property
    def is_shown(self) -> bool:
        """Everybody who may read the space sees it."""
        return self.state in (self.State.OPEN, self.State.ANSWERED, self.State.CLOSED)

    @property
    def settled_state(self) -> str:
        """The state that follows from what is so, once the opening post is in sight."""
        if self.closed_at:
            return self.State.CLOSED
        return self.State.ANSWERED if self.accepted_id else self.State.OPEN

    def permalink_of(self, post: "Post") -> str:
        """The path of one post in the topic."""
        return f"{self.get_absolute_url()}#post-{post.pk}"


class Vote(models.Model):
    """A member's voice for a topic ("I have this too", an idea) or for a post ("helped"): once."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="votes", db_index=False)
    topic = models.ForeignKey(Topic, null=True, on_delete=models.CASCADE, related_name="votes", db_index=False)
    post = models.ForeignKey("community.Post", null=True, on_delete=models.CASCADE, related_name="votes")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["topic", "member"], name="vote_once_per_topic"),
            models.UniqueConstraint(fields=["member", "post"], name="vote_once_per_post"),
            models.CheckConstraint(
                condition=Q(topic=None, post__isnull=False) | Q(topic__isnull=False, post=None),
                name="vote_for_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.topic_id or self.post_id}"


class Watch(models.Model):
    """A member who is told of new answers in a topic."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="watches", db_index=False)
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="watches", db_index=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("watch")
        verbose_name_plural = _("watches")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["topic", "member"], name="watch_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.topic_id}"


class IdeaChange(models.Model):
    """An idea got another status; those who voted for it are told."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="idea_changes")
    before = models.CharField(max_length=10, choices=Topic.IdeaStatus)
    after = models.CharField(max_length=10, choices=Topic.IdeaStatus)
    note = models.CharField(max_length=500, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("change of an idea")
        verbose_name_plural = _("changes of ideas")
        default_permissions = ()
        ordering = ["-key"]
        indexes = [models.Index(fields=["at"], name="idea_change_at")]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
