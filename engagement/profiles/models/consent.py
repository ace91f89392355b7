"""What a person agreed to, and took back: a ledger that only grows, and the state that follows from it."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.profiles.models.profile import Profile

CHANNELS = ("email", "sms", "whatsapp")  # the kinds of channel that consent is asked for


class Purpose(models.TextChoices):
    """What we may write about."""

    MARKETING = "marketing", _("marketing")
    SERVICE = "service", _("service")


class Basis(models.TextChoices):
    """Why we may write (CASL section 10: express, implied; GDPR article 6(1): contract, legitimate interest)."""

    EXPRESS = "express", _("said yes")
    IMPLIED = "implied", _("follows from what they bought or asked")
    CONTRACT = "contract", _("needed for what they bought")
    LEGITIMATE_INTEREST = "legitimate_interest", _("legitimate interest")


class Consent(models.Model):
    """One line of the ledger: given or withdrawn, by whom, when, on what evidence. A trigger refuses every change.

    ``channel`` is a kind; empty in a withdrawal means every channel. ``evidence`` says what was shown: ``text``,
    ``version``, ``locale``, ``ip`` and what else the source knows.
    """

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="consents", db_index=False)
    channel = models.CharField(_("channel"), max_length=30, blank=True, default="")
    purpose = models.CharField(_("purpose"), max_length=15, choices=Purpose)
    granted = models.BooleanField(_("given"))
    basis = models.CharField(_("basis"), max_length=20, choices=Basis, blank=True, default="")
    source = models.CharField(_("where"), max_length=50)
    evidence = models.JSONField(_("evidence"), default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("when"))
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-key"]
        default_permissions = ("view", "change")  # change: give or withdraw it for somebody; the lines stay
        indexes = [models.Index(fields=["profile", "-at", "-key"], name="consent_profile")]
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="consent_purpose_known"),
            models.CheckConstraint(
                condition=Q(granted=True, basis__in=Basis.values) | Q(granted=False, basis="", expires_at=None),
                name="consent_given_has_a_basis",
            ),
            models.CheckConstraint(
                condition=Q(granted=False) | ~Q(channel=""), name="consent_is_given_for_one_channel"
            ),
            models.CheckConstraint(
                condition=Q(purpose="service") | Q(basis__in=["", "express", "implied"]),
                name="consent_to_marketing_is_express_or_implied",
            ),
            models.CheckConstraint(
                condition=~Q(basis="implied") | Q(expires_at__isnull=False), name="consent_implied_expires"
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("at")), name="consent_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel or '*'} {self.purpose} {'given' if self.granted else 'withdrawn'}"


class ConsentState(models.Model):
    """What holds now for a profile, a kind of channel and a purpose. No row: they were never asked."""

    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="consent_states", db_index=False)
    channel = models.CharField(_("channel"), max_length=30)
    purpose = models.CharField(_("purpose"), max_length=15, choices=Purpose)
    granted = models.BooleanField(_("given"))
    basis = models.CharField(_("basis"), max_length=20, choices=Basis, blank=True, default="", db_default="")
    since = models.DateTimeField(_("since"))
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent that holds")
        verbose_name_plural = _("consents that hold")
        ordering = ["profile", "channel", "purpose"]
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["channel", "profile"],
                include=["expires_at"],
                name="consent_marketing",
                condition=Q(granted=True, purpose="marketing"),
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["profile", "channel", "purpose"], name="consent_state_once"),
            models.CheckConstraint(condition=~Q(channel=""), name="consent_state_of_one_channel"),
            models.CheckConstraint(
                condition=Q(granted=True, basis__in=Basis.values) | Q(granted=False, basis="", expires_at=None),
                name="consent_state_given_has_a_basis",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.purpose} {'given' if self.granted else 'withdrawn'}"

    def holds(self, now: datetime) -> bool:
        """Whether we may write: given, and not expired."""
        return self.granted and (self.expires_at is None or self.expires_at > now)
