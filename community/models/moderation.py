"""What moderation keeps: reviews, flags, removals with their reason, appeals with their decision."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.models.member import Member
from community.models.post import Post
from community.models.space import Space
from engagement.keys import new_key
from engagement.village.models import User


class Reason(models.TextChoices):
    """Why something is reported or taken out of sight."""

    SPAM = "spam", _("advertising or spam")
    ABUSE = "abuse", _("insults or threats")
    DANGER = "danger", _("dangerous advice")
    PRIVATE = "private", _("somebody's personal data")
    OFF_TOPIC = "off_topic", _("not about the subject")
    OTHER = "other", _("another reason")


class ReviewQuerySet(models.QuerySet["Review"]):
    """What waits for a moderator."""

    def waiting(self) -> "ReviewQuerySet":
        """Return what nobody has decided."""
        return self.filter(decided_at=None)

    def visible_to(self, user: User) -> "ReviewQuerySet":
        """Return what stands in the spaces that the person looks after."""
        return self.filter(space__in=Space.objects.moderated_by(user))

    def worst_first(self) -> "ReviewQuerySet":
        """Order by score, then by age."""
        return self.order_by("-score", "opened_at", "key")

    def lock(self, pk: object) -> "Review":
        """Return one review, locked until the transaction ends. Raises DoesNotExist."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Review(models.Model):
    """A post that a moderator has to look at: at most one open review for each post.

    ``written_by`` is the person of this house who wrote the post, if one did (as staff, or as a member with the same
    address): they may not decide it, and the database refuses it too.
    """

    class Kind(models.TextChoices):
        HELD = "held", _("held back by the rules")
        FLAGGED = "flagged", _("reported by members")
        APPEAL = "appeal", _("the author appeals")
        PICKED = "picked", _("picked by a colleague")

    class Decision(models.TextChoices):
        APPROVED = "approved", _("approved")
        HIDDEN = "hidden", _("taken out of sight")
        LINKS_REMOVED = "links_removed", _("links taken out")
        WITHDRAWN = "withdrawn", _("withdrawn by the author")
        UPHELD = "upheld", _("the removal stands")
        OVERTURNED = "overturned", _("the removal was undone")

    LET_STAND = (Decision.APPROVED, Decision.LINKS_REMOVED, Decision.OVERTURNED)

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="reviews")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    score = models.PositiveSmallIntegerField(default=0)
    reasons = models.JSONField(default=list)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decision = models.CharField(max_length=15, choices=Decision, blank=True, default="")
    version = models.PositiveIntegerField(default=0)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review of a post")
        verbose_name_plural = _("reviews of posts")
        default_permissions = ()
        ordering = ["-score", "opened_at", "key"]
        constraints = [
            models.UniqueConstraint(fields=["post"], condition=Q(decided_at=None), name="review_open_once_per_post"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(written_by=None) | ~Q(decided_by=F("written_by")),
                name="review_not_by_its_author",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decision="") | Q(decided_at__isnull=False, decision__gt=""),
                name="review_decided_at_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["space", "-score", "opened_at", "key"], name="review_waiting", condition=Q(decided_at=None)
            ),
            models.Index(fields=["opened_at"], name="review_opened"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.score}"


class Flag(models.Model):
    """A member's report of a post: once, with the weight that their trust gave it."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="flags", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="flags")
    reason = models.CharField(max_length=10, choices=Reason)
    text = models.CharField(max_length=500, blank=True)
    weight = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        default_permissions = ()
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["post", "member"], name="flag_once")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.reason}"


class Removal(models.Model):
    """Somebody took a post out of sight: who, why, what they told its author, and whether it was undone."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="removals", db_index=False)
    reason = models.CharField(max_length=10, choices=Reason)
    text = models.CharField(max_length=500)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("removal")
        verbose_name_plural = _("removals")
        default_permissions = ()
        ordering = ["-key"]
        constraints = [
            models.CheckConstraint(condition=Q(text__gt="", reason__gt=""), name="removal_says_why"),
            models.UniqueConstraint(fields=["post"], condition=Q(undone_at=None), name="removal_standing_once"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.reason}"


class Appeal(models.Model):
    """The author asks that another moderator looks at a removal. Whoever removed it does not decide."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    removal = models.OneToOneField(Removal, on_delete=models.PROTECT, related_name="appeal")
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.TextField(max_length=2000)
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    upheld = models.BooleanField(null=True)
    answer = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        default_permissions = ()
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("removed_by")), name="appeal_decided_by_another"
            )
        ]

    def __str__(self) -> str:
        return f"{self.removal_id}"
