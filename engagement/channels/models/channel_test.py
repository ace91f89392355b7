"""A test of a channel: what it does, step by step, and what came of each."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.channels.models.channel import Channel
from engagement.keys import new_key


class ChannelTest(models.Model):
    """One run. ``steps``: [{code, state, values, problem}], in their order; state is pending, running, passed, failed
    or skipped; ``problem`` is for ``connection_problems.describe``. At most one of a channel is not finished.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("queued")
        RUNNING = "running", _("running")
        PASSED = "passed", _("passed")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="tests", db_index=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    recipient = models.CharField(max_length=320, blank=True, default="")
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    steps = models.JSONField(default=list)
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("channel test")
        verbose_name_plural = _("channel tests")
        default_permissions = ()
        indexes = [models.Index(fields=["channel", "-id"], name="channel_tests_newest")]
        constraints = [
            models.UniqueConstraint(fields=["channel"], condition=Q(finished_at=None), name="channel_test_runs_once")
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.status}"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen."""
        return self.finished_at is not None
