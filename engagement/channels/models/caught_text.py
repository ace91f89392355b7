"""Texts that the built-in stand-in of a provider took, while no real one is set."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key

_STATUS_NAMES = {
    "queued": _("on its way"),
    "sending": _("on its way"),
    "sent": _("sent"),
    "delivered": _("delivered"),
    "undelivered": _("not delivered"),
    "failed": _("failed"),
    "received": _("received"),
}


class CaughtText(models.Model):
    """One text as a customer's phone shows it, got or written. ``sid`` is the stand-in's name of it."""

    class Direction(models.TextChoices):
        IN = "in", _("received")
        OUT = "out", _("written")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    at = models.DateTimeField(_("at"))
    customer = models.CharField(_("customer"), max_length=20)
    ours = models.CharField(max_length=40)
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.IN)
    sid = models.CharField(max_length=40, unique=True)
    body = models.TextField(blank=True, default="")
    status = models.CharField(max_length=20, blank=True, default="")
    is_open = models.BooleanField(_("read"), default=False)

    class Meta:
        verbose_name = _("caught text")
        verbose_name_plural = _("caught texts")
        ordering = ["-key"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["customer", "-key"], name="caught_text_customer"),
            models.Index(fields=["customer"], name="caught_text_unopened", condition=Q(is_open=False)),
        ]

    def __str__(self) -> str:
        return f"{self.customer}: {self.body[:60]}"

    @property
    def status_name(self) -> str:
        """How far it is, in words; another word of the provider's stays as it is."""
        return str(_STATUS_NAMES.get(self.status, self.status))
