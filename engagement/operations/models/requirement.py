"""Requirements: what a department needs, mapped to components and to a capability that can be proven."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.operations.models.blueprint import Component
from engagement.village.models import Department


class RequirementQuerySet(models.QuerySet["Requirement"]):
    """Requirements, as their readers ask for them."""

    def current(self) -> "RequirementQuerySet":
        """Return those that were not deleted."""
        return self.filter(deleted_at=None)


class Requirement(models.Model):
    """A need of a department. Whether it is covered is no column: ``selectors.coverage`` finds it out.

    ``capability`` names a registered capability (``capabilities``), whose checks prove it. ``value_case`` is the
    ``case`` of a value entry.
    """

    class Priority(models.TextChoices):
        MUST = "must", _("Must have")
        SHOULD = "should", _("Should have")
        COULD = "could", _("Could have")

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    title = models.CharField(_("Requirement"), max_length=150)
    need = models.TextField(_("Need"), max_length=2000)
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Department")
    )
    priority = models.CharField(_("Priority"), max_length=6, choices=Priority, default=Priority.SHOULD)
    capability = models.CharField(_("Capability"), max_length=60, blank=True)
    value_case = models.UUIDField(_("Value case"), null=True, blank=True)
    components: "models.ManyToManyField[Component, models.Model]" = models.ManyToManyField(
        Component, blank=True, related_name="requirements", verbose_name=_("Components")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Owner"),
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = RequirementQuerySet.as_manager()

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ["-id"]
        permissions = [("waive_requirement", _("Can waive a requirement before a launch"))]
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="requirement_has_a_title")]

    def __str__(self) -> str:
        return self.title


class RequirementWaiverQuerySet(models.QuerySet["RequirementWaiver"]):
    """Waivers of requirements, as their readers ask for them."""

    def in_force(self, now: datetime) -> "RequirementWaiverQuerySet":
        """Return those that hold at ``now``."""
        return self.filter(ended_at=None, until__gt=now)


class RequirementWaiver(models.Model):
    """Somebody lets campaigns launch although a requirement is not met, until a day, for a reason."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="waivers")
    reason = models.TextField(_("Reason"), max_length=1000)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    until = models.DateTimeField(_("Until"))
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RequirementWaiverQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiver of a requirement")
        verbose_name_plural = _("waivers of requirements")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["requirement"], condition=Q(ended_at=None), name="requirement_waiver_open_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="requirement_waiver_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.requirement_id} {self.until:%Y-%m-%d}"
