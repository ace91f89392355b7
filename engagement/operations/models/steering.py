"""How an organisation steers its operating model: other thresholds, waivers, an owner for each C."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key


class Target(models.Model):
    """Another threshold for an item than the one that it comes with."""

    item = models.CharField(max_length=100, primary_key=True)
    threshold = models.FloatField(_("threshold"))
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return self.item


class WaiverQuerySet(models.QuerySet["Waiver"]):
    """Waivers, as their readers ask for them."""

    def in_force(self, now: datetime) -> "WaiverQuerySet":
        """Return those that hold at ``now``."""
        return self.filter(ended_at=None, until__gt=now)


class Waiver(models.Model):
    """Somebody takes it upon them that an item does not hold for a while, with the reason."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    item = models.CharField(max_length=100)
    reason = models.TextField(_("why"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    until = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = WaiverQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        ordering = ["-key"]
        constraints = [
            models.UniqueConstraint(fields=["item"], condition=Q(ended_at=None), name="waiver_open_once"),
            models.CheckConstraint(condition=Q(until__gt=F("granted_at")), name="waiver_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.until:%Y-%m-%d}"


class AreaOwner(models.Model):
    """Who answers for one C."""

    area = models.CharField(max_length=20, primary_key=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("owner of a C")
        verbose_name_plural = _("owners of the Cs")

    def __str__(self) -> str:
        return self.area
