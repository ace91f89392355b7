"""Approvals: that somebody may go ahead with exactly this, because others than its author have read it."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.village.models import User


class ApprovalRequestQuerySet(models.QuerySet["ApprovalRequest"]):
    """Requests, as their readers ask for them."""

    def visible_to(self, user: User) -> "ApprovalRequestQuerySet":
        """Return every request to whoever decides on them, and to all others their own."""
        if not user.is_active:
            return self.none()
        return self if user.has_perm("collaboration.decide_approval") else self.filter(requester=user)

    def open(self) -> "ApprovalRequestQuerySet":
        """Return those that wait for a decision."""
        return self.filter(state=ApprovalRequest.State.OPEN)

    def waiting_for(self, user: User) -> "ApprovalRequestQuerySet":
        """Return those that this person may decide now: open, not their own, not decided by them in this step."""
        if not user.has_perm("collaboration.decide_approval"):
            return self.none()
        decided = ApprovalDecision.objects.filter(request=models.OuterRef("pk"), step=models.OuterRef("step"))
        allowed = self.open().exclude(requester=user).filter(~models.Exists(decided.filter(reviewer=user)))
        return allowed if user.is_superuser else allowed.filter(permission__in=sorted(user.get_all_permissions()))

    def oldest_first(self) -> "ApprovalRequestQuerySet":
        """Order as the queue is worked off."""
        return self.order_by("created_at", "key")

    def lock(self, pk: object) -> "ApprovalRequest":
        """Return one request, locked until the transaction ends. Raises DoesNotExist."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class ApprovalRequest(models.Model):
    """One wish to have a subject approved as it stands, told by ``content_hash`` (64 hexadecimal digits).

    ``steps`` are kept as they were when it was asked for: [{"permission", "quorum", "hours"}]; ``step`` is the index
    of the present one, ``permission`` the one that it needs, ``due_at`` its end. ``expires_at`` ends an approval.
    """

    class State(models.TextChoices):
        OPEN = "open", _("waits for a decision")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        VOID = "void", _("void: it was changed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        EXPIRED = "expired", _("approval expired")
        REVOKED = "revoked", _("approval withdrawn")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    kind = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    content_hash = models.CharField(max_length=64)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    comment = models.TextField(blank=True)
    steps = models.JSONField(default=list)
    step = models.PositiveSmallIntegerField(default=0)
    permission = models.CharField(max_length=150)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = ApprovalRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("approval request")
        verbose_name_plural = _("approval requests")
        ordering = ["-key"]
        default_permissions = ("view",)
        permissions = [("decide_approval", _("Can approve and refuse"))]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"], condition=Q(state="open"), name="approval_open_once_per_subject"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="approval_closed_has_its_time",
            ),
            models.UniqueConstraint(fields=["key", "requester"], name="approval_key_and_requester"),
        ]
        indexes = [
            models.Index(fields=["created_at", "key"], name="approval_queue", condition=Q(state="open")),
            models.Index(fields=["due_at"], name="approval_due", condition=Q(state="open")),
            models.Index(
                fields=["content_hash"], include=["expires_at"], name="approval_granted", condition=Q(state="approved")
            ),
            models.Index(fields=["kind", "subject_id", "-key"], name="approval_subject"),
            models.Index(fields=["requester", "-key"], name="approval_requester"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"

    @property
    def is_open(self) -> bool:
        """It waits for a decision."""
        return self.state == self.State.OPEN

    @property
    def current(self) -> dict[str, Any]:
        """The present step: permission, quorum, hours."""
        step: dict[str, Any] = self.steps[self.step]
        return step

    @property
    def short_hash(self) -> str:
        """The first sixteen digits in groups of four, for people."""
        return " ".join(self.content_hash[place : place + 4] for place in range(0, 16, 4))

    def is_late(self, now: datetime) -> bool:
        """Its deadline has passed without a decision."""
        return self.is_open and self.due_at <= now


class ApprovalDecision(models.Model):
    """What one reviewer said in one step. A trigger refuses every later change; nobody decides on their own request.

    ``requester`` repeats the request's: together with a foreign key over both columns it lets the database refuse it.
    """

    class Verdict(models.TextChoices):
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    request = models.ForeignKey(ApprovalRequest, on_delete=models.PROTECT, related_name="decisions", db_index=False)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    step = models.PositiveSmallIntegerField()
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.TextField(blank=True)
    seen_hash = models.CharField(max_length=64)
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["key"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["request", "step", "reviewer"], name="decided_once_per_step"),
            models.CheckConstraint(condition=~Q(reviewer=F("requester")), name="nobody_approves_their_own"),
            models.CheckConstraint(condition=Q(verdict="approved") | ~Q(reason=""), name="refusal_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.verdict}"


class ApprovalWaiver(models.Model):
    """That a reviewer set a blocking rule aside for one request, and why."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    request = models.ForeignKey(ApprovalRequest, on_delete=models.PROTECT, related_name="waivers", db_index=False)
    rule = models.CharField(max_length=100)
    reason = models.TextField()
    waived_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    waived_at = models.DateTimeField()

    class Meta:
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        ordering = ["key"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["request", "rule"], name="rule_waived_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="rule_waiver_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.rule}"


class ApprovalComment(models.Model):
    """What author and reviewers say to one another about a request."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    request = models.ForeignKey(ApprovalRequest, on_delete=models.PROTECT, related_name="comments", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.TextField()
    client_key = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["key"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["request", "client_key"], name="comment_submitted_once")]

    def __str__(self) -> str:
        return self.text[:80]
