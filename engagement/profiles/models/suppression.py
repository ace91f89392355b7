"""Addresses that must not be written to. Only a keyed hash is kept: it outlives the erasure of the person."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    """Suppressions, as their readers ask for them."""

    def in_force(self, now: datetime) -> "SuppressionQuerySet":
        """Return those that hold at ``now``."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)


class Suppression(models.Model):
    """``kind`` is that of an identity (email, phone); ``purpose`` empty means everything. ``address_hash``:
    ``suppression.address_hash``. Open (``ends_at`` empty) at most once per kind, hash, purpose and source: what a
    person takes back themselves leaves alone what a list or somebody of ours decided. It may begin later.
    """

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    kind = models.CharField(_("kind"), max_length=20)
    address_hash = models.CharField(max_length=64)
    purpose = models.CharField(_("purpose"), max_length=15, blank=True, default="", db_default="")
    reason = models.CharField(_("reason"), max_length=50)
    source = models.CharField(_("where"), max_length=50)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        ordering = ["-key"]
        indexes = [models.Index(fields=["address_hash", "kind"], name="suppression_address")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "address_hash", "purpose", "source"],
                condition=Q(ends_at=None),
                name="suppression_open_once_of_a_source",
            ),
            models.CheckConstraint(condition=Q(address_hash__regex="^[0-9a-f]{64}$"), name="suppression_keeps_a_hash"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")), name="suppression_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.purpose or '*'} {self.reason}"
