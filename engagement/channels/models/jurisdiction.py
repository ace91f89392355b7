"""The rules of each place: what the law of a country or a state asks of our messages, in versions that stay."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.village.models.people import in_language


class Jurisdiction(models.Model):
    """A country (ISO 3166-1), or a state of one (``state``: the second part of its ISO 3166-2 code)."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    country = models.CharField(_("country"), max_length=2)
    state = models.CharField(_("state"), max_length=3, blank=True, default="", db_default="")
    name = models.CharField(_("name in English"), max_length=100)
    name_pt = models.CharField(_("name in Portuguese"), max_length=100)

    class Meta:
        verbose_name = _("jurisdiction")
        verbose_name_plural = _("jurisdictions")
        ordering = ["country", "state"]
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(fields=["country", "state"], name="jurisdiction_once"),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$", state__regex=r"^[A-Z0-9]{0,3}$"),
                name="jurisdiction_codes_in_capitals",
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.name, self.name_pt)

    @property
    def code(self) -> str:
        """How a place is called in rules: "FR", "US-FL"."""
        return f"{self.country}-{self.state}" if self.state else self.country


class RuleSheetQuerySet(models.QuerySet["RuleSheet"]):
    """Versions of the rules of places."""

    def approved(self) -> "RuleSheetQuerySet":
        """Return what holds, has held or will hold."""
        return self.filter(status=RuleSheet.Status.APPROVED)

    def in_force(self, now: datetime) -> "RuleSheetQuerySet":
        """Return the one version of each place that holds at ``now``."""
        found = self.approved().filter(valid_from__lte=now)
        return found.order_by("jurisdiction", "-valid_from", "-number").distinct("jurisdiction")

    def lock(self, pk: object) -> "RuleSheet":
        """Return one version, locked until the transaction ends. Raises DoesNotExist."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class RuleSheet(models.Model):
    """One version of what a place asks. A trigger refuses every change but the decision about it.

    ``rules``: see ``jurisdictions.rules``. A state's sheet says only what differs from its country's. ``sources``:
    [{"name", "url"}]. ``author`` is empty for what was shipped with the product. Another person than the author
    approves; it holds from ``valid_from`` on, until a later version of the place does.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("waiting for approval")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="sheets", db_index=False)
    number = models.PositiveIntegerField(_("version"))
    rules = models.JSONField(_("rules"), default=dict)
    sources = models.JSONField(_("sources"), default=list)
    reason = models.TextField(_("reason"), blank=True, default="", db_default="")
    valid_from = models.DateTimeField(_("valid from"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PROPOSED)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(_("proposed"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = RuleSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule sheet")
        verbose_name_plural = _("rule sheets")
        ordering = ["jurisdiction", "-number"]
        default_permissions = ()
        permissions = [("approve_rulesheet", _("Can approve rules of a place"))]
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "number"], name="rule_sheet_number_once"),
            models.UniqueConstraint(
                fields=["jurisdiction"], condition=Q(status="proposed"), name="rule_sheet_proposed_once_per_place"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "approved", "rejected", "withdrawn"]),
                name="rule_sheet_status_known",
            ),
            models.CheckConstraint(
                condition=Q(author=None)
                | Q(decided_by=None)
                | ~Q(status="approved")
                | ~Q(author=models.F("decided_by")),
                name="rule_sheet_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_at=None) | (~Q(status="proposed") & Q(decided_at__isnull=False)),
                name="rule_sheet_decided_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction_id} · {self.number}"

    @property
    def is_proposed(self) -> bool:
        """It waits for another person."""
        return self.status == self.Status.PROPOSED

    @property
    def is_shipped(self) -> bool:
        """It came with the product."""
        return self.author_id is None

    def content(self) -> dict[str, Any]:
        """Return what an approval is bound to."""
        return {
            "rules": self.rules,
            "sources": self.sources,
            "valid_from": self.valid_from.isoformat(),
            "number": self.number,
            "jurisdiction": str(self.jurisdiction_id),
        }
