"""What the organisation gains and spends: value cases as immutable revisions, and who signed which."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key


class ValueEntry(models.Model):
    """One revision of a value case. Never changed (a trigger refuses it): a correction is a new revision.

    ``case`` is the key of the case's first revision; its highest ``number`` counts. Amounts are for one year.
    ``metric`` names a registered figure (``operations.metrics``), ``metric_figure`` is what it was when the case was
    first written with it: a correction keeps it, so that the baseline stays frozen. ``capability`` is of the catalog.
    """

    class Outcome(models.TextChoices):
        REVENUE = "revenue", _("revenue raised")
        SAVING = "saving", _("cost avoided")
        RISK = "risk", _("expected loss avoided")
        COST = "cost", _("cost")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    case = models.UUIDField()
    number = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(_("case"), max_length=200)
    outcome = models.CharField(_("what it changes"), max_length=10, choices=Outcome)
    currency = models.CharField(_("currency"), max_length=3, default="BRL")
    low = models.DecimalField(_("low"), max_digits=14, decimal_places=2)
    base = models.DecimalField(_("base"), max_digits=14, decimal_places=2)
    high = models.DecimalField(_("high"), max_digits=14, decimal_places=2)
    baseline = models.TextField(_("baseline, as it was before"))
    formula = models.TextField(_("how it is counted"))
    capability = models.CharField(_("capability"), max_length=60, blank=True, default="", db_default="")
    metric = models.CharField(_("figure that shows it"), max_length=100, blank=True, default="", db_default="")
    metric_figure = models.FloatField(null=True, editable=False)
    metric_at = models.DateTimeField(null=True, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("value case")
        verbose_name_plural = _("value cases")
        ordering = ["case", "-number"]
        default_permissions = ("view", "add")
        permissions = [("sign_valueentry", _("Can sign value cases"))]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="value_revision_once"),
            models.CheckConstraint(
                condition=Q(low__gte=0) & Q(low__lte=F("base")) & Q(base__lte=F("high")), name="value_low_base_high"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"


class ValueSignature(models.Model):
    """Somebody other than the author stands for one revision."""

    entry = models.OneToOneField(ValueEntry, on_delete=models.PROTECT, primary_key=True, related_name="signature")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.entry_id} {self.person_id}"
