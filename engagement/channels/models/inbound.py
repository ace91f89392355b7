"""What came in: stored raw before anything is acknowledged."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.channels.models.channel import Channel
from engagement.keys import new_key


class RawEvent(models.Model):
    """One delivery of a provider, byte for byte. Partitioned by month through its time-ordered key.

    ``received`` waits for a worker; ``read`` became events; ``robot`` was recognised as a bounce, an automatic
    answer or a report; ``failed`` could not be read and waits for a person, who can replay or settle it; ``duplicate``
    says what ``twin``, another delivery of the same message, said already. ``facts`` are what a list shows of it:
    subject, sender, the address that a report names (recipient) and the message that it is about (transmission).
    """

    class Status(models.TextChoices):
        RECEIVED = "received", _("received")
        READ = "read", _("read")
        ROBOT = "robot", _("recognised")
        FAILED = "failed", _("could not be read")
        SETTLED = "settled", _("settled by hand")
        DUPLICATE = "duplicate", _("duplicate")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", db_index=False)
    received_at = models.DateTimeField(_("received"))
    read_at = models.DateTimeField(null=True, blank=True, editable=False)  # when it stopped waiting for a worker
    envelope = models.JSONField(default=dict)
    body = models.BinaryField()
    status = models.CharField(max_length=10, choices=Status, default=Status.RECEIVED)
    kind = models.CharField(max_length=40, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    facts = models.JSONField(default=dict, db_default={}, blank=True)
    twin = models.UUIDField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("raw event")
        verbose_name_plural = _("raw events")
        ordering = ["-key"]
        indexes = [
            models.Index(fields=["key"], name="raw_waiting", condition=Q(status="received")),
            models.Index(fields=["key"], name="raw_failed", condition=Q(status="failed")),
            models.Index(fields=["key"], name="raw_recognized", condition=Q(status__in=["robot", "duplicate"])),
        ]
        permissions = [("replay_rawevent", _("Can replay and settle what could not be read"))]

    def __str__(self) -> str:
        return f"{self.key} {self.status}"


class RawEventKey(models.Model):
    """The provider's key of a delivery, once per channel: what makes a second delivery of it harmless.

    It lives outside the partitions, so that it holds over months. ``deliveries`` counts how often it came.
    """

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", db_index=False)
    provider_key = models.CharField(max_length=200)
    raw_event_key = models.UUIDField()
    deliveries = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        verbose_name = _("delivery key")
        verbose_name_plural = _("delivery keys")
        constraints = [models.UniqueConstraint(fields=["channel", "provider_key"], name="delivered_once")]

    def __str__(self) -> str:
        return self.provider_key


def attachment_path(attachment: "Attachment", filename: str) -> str:
    """Return where a file is kept: by key, never by the name that a stranger gave it."""
    key = attachment.key.hex
    return f"attachments/{key[-2:]}/{key[-4:-2]}/{key}"


class Attachment(models.Model):
    """A file that came with a message or goes with one. Kept outside the web root, served by a guarded view."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    raw_event_key = models.UUIDField(null=True, db_index=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    file = models.FileField(upload_to=attachment_path, max_length=200)
    filename = models.CharField(_("file name"), max_length=255)
    content_type = models.CharField(_("kind of file"), max_length=150)
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    content_id = models.CharField(max_length=500, blank=True, default="")
    inline = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.filename
