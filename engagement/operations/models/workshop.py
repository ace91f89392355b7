"""Workshops: several people score the maturity of the Cs on their own phones, then talk about the spread."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key

MAX_PARTICIPANTS = 200


class Workshop(models.Model):
    """A workshop that is joined by a code until it closes or its code expires. Scores stay as they were given."""

    class Agenda(models.TextChoices):
        HALF_DAY = "half-day", _("half a day")
        ONE_DAY = "one-day", _("one day")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    title = models.CharField(_("title"), max_length=150)
    agenda = models.CharField(_("agenda"), max_length=8, choices=Agenda, default=Agenda.HALF_DAY)
    code = models.CharField(max_length=8, unique=True, editable=False)
    expires_at = models.DateTimeField(editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    notes = models.TextField(_("what was discussed"), max_length=8000, blank=True, default="")
    actions = models.TextField(_("what was agreed"), max_length=8000, blank=True, default="")
    facilitator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False, editable=False
    )
    created_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("workshop")
        verbose_name_plural = _("workshops")
        ordering = ["-created_at", "-key"]
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="workshop_has_a_title")]

    def __str__(self) -> str:
        return self.title

    def is_open(self, now: datetime) -> bool:
        """Phones may join and score."""
        return self.closed_at is None and self.expires_at > now


class WorkshopParticipant(models.Model):
    """A phone that joined, by the name that its owner gave. ``token_hash``: SHA-256 of what its cookie holds."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="participants", db_index=False)
    name = models.CharField(max_length=60)
    token_hash = models.CharField(max_length=64, unique=True)
    joined_at = models.DateTimeField()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["key"]
        default_permissions = ()
        indexes = [models.Index(fields=["workshop", "key"], name="workshop_participants")]

    def __str__(self) -> str:
        return self.name


class WorkshopScore(models.Model):
    """What a participant believes of one aspect of one C, from 0 (absent) to 5 (customer-first)."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    participant = models.ForeignKey(
        WorkshopParticipant, on_delete=models.CASCADE, related_name="scores", db_index=False
    )
    area = models.CharField(max_length=20)
    aspect = models.CharField(max_length=20)
    level = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ["key"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["participant", "area", "aspect"], name="workshop_scored_once"),
            models.CheckConstraint(condition=Q(level__lte=5), name="workshop_level_is_0_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.aspect} {self.level}"
