"""The plan: milestones that are promised and delivered, the work items of which they are made, and the risks."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagement.keys import new_key
from engagement.operations.models.blueprint import Component


class Milestone(models.Model):
    """Something promised for a day. ``first_promised_on`` is what was promised at first and never changes.

    ``budget`` in ``currency``, for the whole milestone. Approved by the sponsor: ``approved_by`` and ``approved_at``.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    title = models.CharField(_("Milestone"), max_length=120)
    description = models.TextField(_("Description"), blank=True, max_length=2000)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Owner"),
    )
    starts_on = models.DateField(_("Starts on"))
    promised_on = models.DateField(_("Promised for"))
    first_promised_on = models.DateField(editable=False)
    delivered_on = models.DateField(_("Delivered on"), null=True, blank=True)
    budget = models.DecimalField(_("Budget"), max_digits=14, decimal_places=2, null=True, blank=True)
    spent = models.DecimalField(_("Spent"), max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(_("Currency"), max_length=3, default="BRL")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["promised_on", "id"]
        permissions = [("approve_milestone", _("Can approve milestones and their budgets"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(promised_on__gte=F("starts_on")),
                name="milestone_ends_after_its_start",
                violation_error_message=_("The promised day comes after the start."),
            ),
            models.CheckConstraint(condition=Q(budget=None) | Q(budget__gte=0), name="milestone_budget_not_negative"),
            models.CheckConstraint(condition=Q(spent__gte=0), name="milestone_spent_not_negative"),
        ]

    def __str__(self) -> str:
        return self.title


class MilestoneChange(models.Model):
    """A new promise that waits for the sponsor: another day, another budget, or both. What was asked never changes."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Awaiting the sponsor")
        APPROVED = "approved", pgettext_lazy("change of a milestone", "Approved")
        REJECTED = "rejected", pgettext_lazy("change of a milestone", "Rejected")
        WITHDRAWN = "withdrawn", pgettext_lazy("change of a milestone", "Withdrawn")

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="changes")
    promised_on = models.DateField(_("Promised for"))
    budget = models.DecimalField(_("Budget"), max_digits=14, decimal_places=2, null=True, blank=True)
    reason = models.TextField(_("Reason"), max_length=1000)
    status = models.CharField(max_length=9, choices=Status, default=Status.PENDING)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, default="", max_length=1000)

    class Meta:
        verbose_name = _("change of a milestone")
        verbose_name_plural = _("changes of milestones")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["milestone"], condition=Q(status="pending"), name="milestone_change_pending_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.milestone_id} {self.promised_on}"


class WorkItem(models.Model):
    """A piece of work on a component. ``estimate`` in points; ``blocked_since`` stands exactly while it is blocked."""

    class Status(models.TextChoices):
        NEXT = "next", pgettext_lazy("work item", "Next")
        IN_PROGRESS = "in_progress", pgettext_lazy("work item", "In progress")
        BLOCKED = "blocked", pgettext_lazy("work item", "Blocked")
        DONE = "done", pgettext_lazy("work item", "Done")

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    title = models.CharField(_("Work item"), max_length=150)
    description = models.TextField(_("Description"), blank=True, max_length=4000)
    milestone = models.ForeignKey(
        Milestone,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="work_items",
        verbose_name=_("Milestone"),
    )
    component = models.ForeignKey(
        Component,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="work_items",
        verbose_name=_("Component"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Owner"),
    )
    status = models.CharField(_("Status"), max_length=11, choices=Status, default=Status.NEXT)
    estimate = models.PositiveSmallIntegerField(_("Estimate in points"), default=1)
    due_on = models.DateField(_("Due on"), null=True, blank=True)
    blocked_reason = models.CharField(_("What blocks it"), max_length=200, blank=True)
    blocked_since = models.DateTimeField(null=True, blank=True, editable=False)
    depends_on: "models.ManyToManyField[WorkItem, models.Model]" = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="needed_by", verbose_name=_("Depends on")
    )
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)
    done_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("work item")
        verbose_name_plural = _("work items")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="blocked", blocked_since__isnull=False)
                | (~Q(status="blocked") & Q(blocked_since=None)),
                name="work_item_blocked_since",
            ),
            models.CheckConstraint(
                condition=Q(status="done", done_at__isnull=False) | (~Q(status="done") & Q(done_at=None)),
                name="work_item_done_at",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Risk(models.Model):
    """What may go wrong with the plan."""

    class Level(models.TextChoices):
        HIGH = "high", pgettext_lazy("risk", "High")
        MEDIUM = "medium", pgettext_lazy("risk", "Medium")
        LOW = "low", pgettext_lazy("risk", "Low")

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    title = models.CharField(_("Risk"), max_length=150)
    level = models.CharField(_("Level"), max_length=6, choices=Level, default=Level.MEDIUM)
    response = models.TextField(_("Response"), blank=True, max_length=1000)
    milestone = models.ForeignKey(
        Milestone, null=True, blank=True, on_delete=models.PROTECT, related_name="risks", verbose_name=_("Milestone")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Owner"),
    )
    created_at = models.DateTimeField(editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("risk")
        verbose_name_plural = _("risks")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title
