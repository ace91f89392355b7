"""The universal holdout: a share of everybody who gets no campaign at all, so that all marketing can be judged."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MAX_PERCENT = 20


class UniversalHoldout(models.Model):
    """There is one row at most. Who is in it follows from ``period`` and the person alone, so it is the same for every
    campaign; another period draws another share. It holds for what is launched from then on.
    """

    key = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    percent = models.PositiveSmallIntegerField(
        _("universal holdout, %"),
        default=0,
        validators=[MaxValueValidator(MAX_PERCENT)],
        help_text=_("Of all contacts, drawn once per period. They get no marketing campaign. 0: none."),
    )
    period = models.CharField(
        _("period"),
        max_length=50,
        help_text=_("Such as 2027-H1. Another period draws other people; the former ones get campaigns again."),
    )
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("universal holdout")
        verbose_name_plural = _("universal holdout")
        ordering = ["key"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.CheckConstraint(condition=Q(key=1), name="universal_holdout_is_one"),
            models.CheckConstraint(condition=Q(percent__lte=MAX_PERCENT), name="universal_holdout_at_most_a_fifth"),
            models.CheckConstraint(condition=~Q(period=""), name="universal_holdout_has_a_period"),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % ({self.period})"

    @classmethod
    def current(cls) -> "UniversalHoldout":
        """Return what is set; nobody is held out where nothing is. One query."""
        return cls.objects.first() or cls(percent=0, period="")
