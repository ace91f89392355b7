"""Who does what only one process of the installation may do at a time."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Lease(models.Model):
    """The right to do ``name``, held by ``owner`` until ``expires_at`` by the database's clock."""

    name = models.CharField(primary_key=True, max_length=200)
    owner = models.CharField(max_length=200)
    acquired_at = models.DateTimeField()
    renewed_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("lease")
        verbose_name_plural = _("leases")

    def __str__(self) -> str:
        return f"{self.name} ({self.owner})"
