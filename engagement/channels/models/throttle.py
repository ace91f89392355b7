"""How many messages a channel may still send right now."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagement.channels.models.channel import Channel


class Allowance(models.Model):
    """The token bucket of a channel that has a rate: what was left at ``counted_at``. Locked while it is
    drawn on.
    """

    channel = models.OneToOneField(Channel, primary_key=True, on_delete=models.CASCADE, related_name="+")
    tokens = models.FloatField()
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("allowance")
        verbose_name_plural = _("allowances")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.tokens:.1f}"
