"""Handoffs: work that one department gives to another, with what is needed to go on."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.profiles.models import Profile
from engagement.village.models import Department, User


class HandoffQuerySet(models.QuerySet["Handoff"]):
    """Handoffs, as their readers ask for them."""

    def visible_to(self, user: User) -> "HandoffQuerySet":
        """Return those from or to the person's departments, and those that they had in hand."""
        if not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        mine = Department.objects.filter(people=user).order_by().values("pk")
        return self.filter(
            Q(to_department__in=mine) | Q(from_department__in=mine) | Q(offered_by=user) | Q(accepted_by=user)
        )

    def waiting_for(self, user: User) -> "HandoffQuerySet":
        """Return those that wait to be taken by the person's departments; what they offered themselves is no work."""
        mine = Department.objects.filter(people=user).order_by().values("pk")
        return self.offered().filter(to_department__in=mine).exclude(offered_by=user)

    def offered(self) -> "HandoffQuerySet":
        """Return those that nobody has taken or sent back yet."""
        return self.filter(state=Handoff.State.OFFERED)

    def lock(self, pk: object) -> "Handoff":
        """Return one handoff, locked until the transaction ends. Raises DoesNotExist."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Handoff(models.Model):
    """A thing (a conversation) offered by one department to another, then taken or sent back, then completed.

    ``place_id`` and ``place_name`` say where it goes when it is taken (a queue). ``facts`` are what was known of it
    when it was offered, as [[name, value]].
    """

    class State(models.TextChoices):
        OFFERED = "offered", _("waits to be taken")
        ACCEPTED = "accepted", _("taken")
        BOUNCED = "bounced", _("sent back")
        WITHDRAWN = "withdrawn", _("withdrawn")
        COMPLETED = "completed", _("completed")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    subject_type = models.CharField(max_length=50)
    subject_id = models.UUIDField()
    profile = models.ForeignKey(
        Profile, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    summary = models.TextField(_("summary"))
    facts = models.JSONField(default=list, blank=True)
    from_department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    to_department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    place_id = models.UUIDField(null=True, blank=True)
    place_name = models.JSONField(default=list, blank=True)  # in English, in Portuguese
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OFFERED)
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    offered_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    bounce_reason = models.TextField(blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = HandoffQuerySet.as_manager()

    class Meta:
        verbose_name = _("handoff")
        verbose_name_plural = _("handoffs")
        ordering = ["-key"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"], condition=Q(state="offered"), name="handoff_offered_once"
            ),
            models.CheckConstraint(condition=~Q(summary=""), name="handoff_has_a_summary"),
            models.CheckConstraint(condition=~Q(state="bounced") | ~Q(bounce_reason=""), name="bounce_has_a_reason"),
            models.CheckConstraint(
                condition=Q(state="offered", answered_at=None) | (~Q(state="offered") & Q(answered_at__isnull=False)),
                name="handoff_answered_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["to_department", "offered_at", "key"], name="handoff_waiting", condition=Q(state="offered")
            ),
            models.Index(fields=["to_department", "-key"], name="handoff_to"),
            models.Index(fields=["from_department", "-key"], name="handoff_from"),
            models.Index(fields=["offered_by", "-key"], name="handoff_offered_by"),
            models.Index(fields=["accepted_by", "-key"], name="handoff_accepted_by"),
            models.Index(fields=["subject_type", "subject_id", "-key"], name="handoff_subject"),
            models.Index(fields=["profile", "-offered_at", "-key"], name="handoff_profile"),
            models.Index(fields=["offered_at"], name="handoff_offered_at"),
        ]

    def __str__(self) -> str:
        return self.summary[:80]

    @property
    def is_offered(self) -> bool:
        """Nobody has answered it yet."""
        return self.state == self.State.OFFERED

    @property
    def waited(self) -> timedelta | None:
        """How long it took until somebody took it or sent it back; None while it waits."""
        return self.answered_at - self.offered_at if self.answered_at else None

    @property
    def worked(self) -> timedelta | None:
        """How long the work took from taking it to its end; None while it goes on."""
        if self.completed_at is None or self.answered_at is None:
            return None
        return self.completed_at - self.answered_at

    def waits(self, now: datetime) -> timedelta:
        """How long it has been waiting at ``now``."""
        return now - self.offered_at
