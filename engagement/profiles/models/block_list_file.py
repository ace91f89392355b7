"""A block list that is too large to be read while somebody waits: how far it is, and what came of it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key


def block_list_path(of: "BlockListFile", filename: str) -> str:
    """Return where a file is kept: by key, never by the name that it was given."""
    return f"block-lists/{of.key.hex}"


class BlockListFile(models.Model):
    """A file of numbers. ``read_bytes`` and ``read_lines``: how far it was read; ``refused_lines`` are the places of
    lines that hold no number, the first of ``refused``. The file itself is gone as soon as it is read: what stays of it
    are hashes, counts and places.
    """

    class Status(models.TextChoices):
        READING = "reading", _("is being read")
        DONE = "done", _("is kept")
        STOPPED = "stopped", _("ended while it was read")
        FAILED = "failed", _("holds no number")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    list_label = models.CharField(_("list"), max_length=40)
    file = models.FileField(upload_to=block_list_path, max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"))
    starts_at = models.DateTimeField(_("from"))
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.READING)
    read_bytes = models.PositiveBigIntegerField(default=0)
    read_lines = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(_("numbers added"), default=0)
    known = models.PositiveIntegerField(_("numbers that stood there already"), default=0)
    refused = models.PositiveIntegerField(_("lines without a number"), default=0)
    refused_lines = ArrayField(models.PositiveIntegerField(), default=list)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(_("uploaded"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("file of a block list")
        verbose_name_plural = _("files of block lists")
        ordering = ["-key"]
        default_permissions = ()  # whoever may suppress
        indexes = [models.Index(fields=["key"], name="block_list_at_work", condition=Q(status="reading"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["reading", "done", "stopped", "failed"]), name="block_list_state_known"
            )
        ]

    def __str__(self) -> str:
        return self.list_label

    @property
    def is_working(self) -> bool:
        """A worker has something to do for it."""
        return self.status == self.Status.READING

    @property
    def percent(self) -> int:
        """How much of it was read."""
        return min(100, 100 * self.read_bytes // max(1, self.size))
