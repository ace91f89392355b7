"""What people believe how far the organisation is, beside what is measured."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key


class Claim(models.Model):
    """One person's belief about one C, from 0 (absent) to 5 (customer-first). The newest of each person counts."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    area = models.CharField(max_length=20)
    level = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["-key"]
        constraints = [models.CheckConstraint(condition=Q(level__lte=5), name="claim_level_is_0_to_5")]
        indexes = [models.Index(fields=["person", "area", "-key"], name="claim_newest")]

    def __str__(self) -> str:
        return f"{self.area} {self.level}"
