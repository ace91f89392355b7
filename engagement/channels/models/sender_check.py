"""Senders that still have to be checked."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagement.channels.models.channel import Channel


class PendingSenderCheck(models.Model):
    """A received email whose sender nobody has checked yet. The row goes when the result is known."""

    raw_event_key = models.UUIDField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+", db_index=False)
    sender_address = models.CharField(max_length=400)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("pending sender check")
        verbose_name_plural = _("pending sender checks")
        default_permissions = ()
        indexes = [models.Index(fields=["due_at", "raw_event_key"], name="sender_check_due")]

    def __str__(self) -> str:
        return self.sender_address
