"""A group: the marketing messages of one campaign, which may be held together and are counted together."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.channels.models.outbound import Transmission


class Group(models.Model):
    """What holds for all messages with this ``group_id``. There is none until something is to be said of one.

    ``cap`` in ``cap_days``, ``quiet``: what the gate asks of each message when it is claimed, besides the
    organisation's own rules. ``held_at``: nothing of it is claimed; ``hold_reason`` is a code, empty when a person
    held it. ``ends_at``: nothing of it is claimed or begun from then on, whatever its state. ``stops_on``: kinds of
    channel; who opts out by one of them after ``began_at`` gets nothing more of it by any. ``rendered`` and
    ``render_failures``: messages that could and could not be written since the group last began or was held for that.
    """

    key = models.UUIDField(primary_key=True, editable=False)
    cap = models.PositiveSmallIntegerField(default=0, db_default=0)
    cap_days = models.PositiveSmallIntegerField(default=0, db_default=0)
    quiet = models.BooleanField(default=False, db_default=False)
    held_at = models.DateTimeField(null=True, blank=True)
    hold_reason = models.CharField(max_length=50, blank=True, default="", db_default="")
    ends_at = models.DateTimeField(null=True, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    stops_on = ArrayField(models.CharField(max_length=20), default=list, db_default=[], blank=True)
    rendered = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    render_failures = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        verbose_name = _("group of messages")
        verbose_name_plural = _("groups of messages")
        ordering = ["-key"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(cap=0) | Q(cap_days__gt=0), name="group_cap_has_days"),
            models.CheckConstraint(
                condition=Q(held_at__isnull=False) | Q(hold_reason=""), name="group_reason_only_when_held"
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)


class GroupCount(models.Model):
    """A change of how many messages of a group are in a state; the sum is exact. Written by a trigger alone."""

    group_id = models.UUIDField()
    state = models.CharField(max_length=12, choices=Transmission.State)
    delta = models.IntegerField()

    class Meta:
        verbose_name = _("count of a group")
        verbose_name_plural = _("counts of groups")
        ordering = ["pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["group_id", "state"], name="group_count")]

    def __str__(self) -> str:
        return f"{self.group_id} {self.state} {self.delta:+d}"
