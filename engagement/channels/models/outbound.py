"""What goes out: one row for each message to each recipient set, on the one delivery path."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.channels.models.channel import Channel
from engagement.keys import new_key


class Transmission(models.Model):
    """One message on its way out. ``unique_key`` makes writing it twice harmless.

    queued → claimed (a worker has a lease) → handing (committed right before the carrier is given the words)
    → accepted → delivered → read, or bounced, complained. ``failed`` will not be tried again; ``unknown``: a worker
    died while handing over, or the carrier never answered, so nobody can tell whether it left; ``refused`` by the
    gate; ``cancelled`` by its author in time. Receipts only move it forwards.

    ``group_id`` names the campaign that it belongs to (see ``Group``), ``content_hash`` the approved words that it
    carries, in ``locale``. ``handed_at`` is when the hand-over began of what left or may have left.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waits to leave")
        CLAIMED = "claimed", _("is being prepared")
        HANDING = "handing", _("is being handed over")
        ACCEPTED = "accepted", _("sent")
        DELIVERED = "delivered", _("delivered")
        READ = "read", _("read")
        BOUNCED = "bounced", _("came back")
        COMPLAINED = "complained", _("reported as unwanted")
        FAILED = "failed", _("not sent")
        UNKNOWN = "unknown", _("perhaps sent")
        REFUSED = "refused", _("held back")
        CANCELLED = "cancelled", _("taken back")

    class Purpose(models.TextChoices):
        CONVERSATION = "conversation", _("answer")
        SERVICE = "service", _("service")
        MARKETING = "marketing", _("marketing")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    unique_key = models.CharField(max_length=200)  # by a constraint: "unique" here would make an index for LIKE too
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", db_index=False)
    profile_id = models.UUIDField(null=True, blank=True)
    purpose = models.CharField(max_length=15, choices=Purpose)
    source = models.CharField(max_length=50)  # names a renderer in the registry
    source_id = models.UUIDField()
    group_id = models.UUIDField(null=True, blank=True)
    content_hash = models.CharField(max_length=64, blank=True, default="", db_default="")  # "" needs no approval
    locale = models.CharField(max_length=10, blank=True, default="", db_default="")
    recipients = models.JSONField(default=list)  # [{"address", "name", "role"}]
    external_id = models.CharField(max_length=400)  # deterministic Message-ID, or the provider's id
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_owner = models.CharField(max_length=100, blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    recoveries = models.PositiveSmallIntegerField(default=0)  # leases that ran out before the hand-over
    handed_at = models.DateTimeField(null=True, blank=True)
    tried_since = models.DateTimeField(null=True, blank=True)  # when this sending was first claimed
    error = models.TextField(blank=True, default="")
    error_code = models.CharField(max_length=50, blank=True, default="")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    state_at = models.DateTimeField()
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("transmission")
        verbose_name_plural = _("transmissions")
        ordering = ["-key"]
        indexes = [
            models.Index(
                fields=["channel", "not_before", "key"],
                name="transmission_due_alone",
                condition=Q(state="queued") & Q(group_id=None),
            ),
            models.Index(
                fields=["channel", "group_id", "not_before", "key"],
                name="transmission_due_grouped",
                condition=Q(state="queued") & ~Q(group_id=None),
            ),
            models.Index(
                fields=["lease_until"], name="transmission_leased", condition=Q(state__in=["claimed", "handing"])
            ),
            models.Index(
                fields=["-key"],
                name="transmission_failed",
                condition=Q(state__in=["failed", "unknown", "bounced"], settled_at=None) & Q(group_id=None),
            ),
            models.Index(fields=["source", "source_id"], name="transmission_source"),
            models.Index(fields=["channel", "external_id"], name="transmission_external"),
            models.Index(fields=["profile_id", "-key"], name="transmission_profile"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["unique_key"], name="engagement_channels_transmission_unique_key_key")
        ]
        permissions = [("settle_transmission", _("Can send again or settle what failed"))]

    def __str__(self) -> str:
        return f"{self.external_id} {self.state}"


class SoftBounce(models.Model):
    """A message that did not reach an address for a passing reason. Enough of them in a row stop marketing to it.

    Only the keyed hash of the address is kept.
    """

    transmission = models.ForeignKey(Transmission, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=30)
    address_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("soft bounce")
        verbose_name_plural = _("soft bounces")
        ordering = ["pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["kind", "address_hash", "-at"], name="soft_bounce_address")]
        constraints = [models.UniqueConstraint(fields=["transmission", "address_hash"], name="soft_bounce_once")]

    def __str__(self) -> str:
        return f"{self.transmission_id} {self.at}"


class DeliveryReport(models.Model):
    """What a carrier told us about a transmission: kept whole, in the order in which it came."""

    transmission = models.ForeignKey(Transmission, on_delete=models.CASCADE, related_name="reports")
    unique_key = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=Transmission.State)
    recipient = models.CharField(max_length=400, blank=True, default="")
    detail = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("delivery report")
        verbose_name_plural = _("delivery reports")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["unique_key"], name="engagement_channels_deliveryreport_unique_key_key")
        ]

    def __str__(self) -> str:
        return f"{self.transmission_id} {self.state}"
