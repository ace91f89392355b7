"""Events as rows: written in the transaction of what happened, read by the relay after it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key


class OutboxEvent(models.Model):
    """One event. ``position`` orders events; ``dead`` ones have failed too often and wait for a person."""

    class Status(models.TextChoices):
        PENDING = "pending", _("pending")
        DONE = "done", _("done")
        DEAD = "dead", _("dead")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    position = models.BigIntegerField(
        db_default=models.expressions.RawSQL("nextval('events_position')", ()), editable=False
    )
    name = models.CharField(max_length=100)
    subject = models.CharField(max_length=500)
    payload = models.BinaryField()
    occurred_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status, default=Status.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.TextField(blank=True, default="")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["position"]
        indexes = [
            models.Index(fields=["position"], name="outbox_pending", condition=Q(status="pending")),
            models.Index(fields=["subject", "position"], name="outbox_subject_pending", condition=Q(status="pending")),
            models.Index(fields=["position"], name="outbox_dead", condition=Q(status="dead")),
            models.Index(fields=["done_at"], name="outbox_done", condition=Q(status="done")),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject}"


class EventReceipt(models.Model):
    """That one subscriber has handled one event: written in the transaction of what the subscriber did."""

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="receipts")
    subscriber = models.CharField(max_length=200)
    handled_at = models.DateTimeField()

    class Meta:
        verbose_name = _("event receipt")
        verbose_name_plural = _("event receipts")
        constraints = [models.UniqueConstraint(fields=["event", "subscriber"], name="event_handled_once")]

    def __str__(self) -> str:
        return f"{self.event_id} {self.subscriber}"
