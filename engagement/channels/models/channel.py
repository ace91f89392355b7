"""A channel: one address of ours, on one carrier."""

from typing import Any

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagement.channels.sealed import SealedJSONField
from engagement.keys import new_key
from engagement.village.models import Department


class Channel(models.Model):
    """An address through which we are spoken to and speak: a mailbox, a number, a page.

    ``kind`` names an adapter in the registry. What ``settings`` and ``credentials`` hold is known to the one class of
    the kind (``kind_settings.settings_of``). ``fetch_problem`` {code, values}: why its mailbox cannot be fetched, for
    ``connection_problems.describe``; empty while all is well. The circuit is open (no hand-over is tried) until
    ``circuit_open_until``; it closes again with the first success after that.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        PAUSED = "paused", _("paused")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    kind = models.CharField(_("kind"), max_length=30)
    name = models.CharField(_("name"), max_length=200)
    address = models.CharField(_("our address"), max_length=320)
    sender_name = models.CharField(_("sender's name"), max_length=200, blank=True)
    department = models.ForeignKey(
        Department,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        verbose_name=_("department"),
        related_name="channels",
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    credentials = SealedJSONField(verbose_name=_("credentials"), blank=True, editable=False)
    rate_per_minute = models.PositiveIntegerField(_("messages a minute, at most"), null=True, blank=True)
    failures_in_row = models.PositiveIntegerField(default=0, editable=False)
    circuit_open_until = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, default="", editable=False)
    fetch_problem = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    last_inbound_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_outbound_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["name", "key"]
        constraints = [models.UniqueConstraint("kind", Lower("address"), name="channel_address_once")]
        permissions = [("operate_channel", _("Can operate channels: pause, resume, replay"))]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"

    @property
    def sender_line(self) -> str:
        """The sender as a reader sees it: ``Pedralva <ola@pedralva.example>``, or the address alone."""
        return f"{self.sender_name} <{self.address}>" if self.sender_name else self.address

    @property
    def secrets(self) -> dict[str, dict[str, str]]:
        """Everything that is kept sealed, by side."""
        kept: Any = self.credentials
        return dict(kept or {})

    def secret(self, side: str) -> dict[str, str]:
        """Return user and password of ``smtp`` or ``imap``, the private key of ``dkim``; empty when none are kept."""
        return dict(self.secrets.get(side) or {})
