"""One row: what is the organization's own, as far as the environment does not have to say it."""

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

PRODUCT = "Vilarejo"
_SAID = (
    *("ORGANISATION_NAME", "ORGANISATION_POSTAL_ADDRESS", "ORGANIZATION_COUNTRY", "ORGANISATION_CURRENCY", "TIME_ZONE"),
    *(
        "LANGUAGE_CODE",
        "SESSION_COOKIE_AGE",
        "REQUIRE_MFA",
        "MARKETING_CAP",
        "MARKETING_CAP_WINDOW",
        "COMPLAINTS_LIMIT",
    ),
    *("COMPLAINTS_MINIMUM", "SOFT_BOUNCES_LIMIT", "SOFT_BOUNCES_WINDOW", "REOPEN_WITHIN_DAYS", "DEAL_QUIET_DAYS"),
    *("TASK_ESCALATION_HOURS", "DEAL_STALE_DAYS", "ERASURE_FOUR_EYES"),
)
_known: dict[str, Any] = {}  # what was made of the settings last, and of which
THE_ROW = 1


def at_least(number: float) -> list[Any]:
    """Return the validator of a number that must not be smaller."""
    return [MinValueValidator(number)]


class Organization(models.Model):
    """The organization. Until its row is saved, ``from_settings`` answers with what the environment says."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ROW, editable=False)

    # General
    name = models.CharField(_("Name"), max_length=200, blank=True, default="")
    legal_name = models.CharField(_("Legal name"), max_length=200, blank=True, default="")
    postal_address = models.CharField(_("Postal address"), max_length=500, blank=True, default="")
    country = models.CharField(_("Country"), max_length=2, default="BR")
    time_zone = models.CharField(_("Time zone"), max_length=64, default="America/Sao_Paulo")
    language = models.CharField(_("Default language"), max_length=10, default="en")
    languages = ArrayField(models.CharField(max_length=10), verbose_name=_("Languages"), default=list, blank=True)
    currency = models.CharField(_("Currency"), max_length=3, default="BRL")

    # Brand
    logo = models.CharField(max_length=64, blank=True, default="", editable=False)  # the digest of a Logo
    accent_color = models.CharField(_("Accent color"), max_length=7, blank=True, default="")

    # Senders and community
    sender_name = models.CharField(_("Sender name of replies"), max_length=200, blank=True, default="")
    marketing_sender_name = models.CharField(_("Sender name of campaigns"), max_length=200, blank=True, default="")
    community_name = models.CharField(_("Name of the community"), max_length=100, blank=True, default="")
    community_sender = models.EmailField(_("Mailbox of the community"), max_length=254, blank=True, default="")

    # Privacy
    privacy_contact_name = models.CharField(_("Privacy contact"), max_length=200, blank=True, default="")
    privacy_contact_email = models.EmailField(_("Email of the privacy contact"), max_length=254, blank=True, default="")
    privacy_policy_url = models.URLField(_("Address of your privacy policy"), max_length=500, blank=True, default="")
    privacy_text = models.TextField(_("Privacy text in English"), max_length=20_000, blank=True, default="")
    privacy_text_pt = models.TextField(_("Privacy text in Portuguese"), max_length=20_000, blank=True, default="")

    # Sign-in
    session_hours = models.PositiveSmallIntegerField(
        _("Hours until an unused session ends"), default=12, validators=[*at_least(1), MaxValueValidator(24 * 30)]
    )
    allows_passwords = models.BooleanField(_("Sign-in by password"), default=True)
    second_factor_roles = ArrayField(
        models.CharField(max_length=50), verbose_name=_("Roles that need a second factor"), default=list, blank=True
    )

    # Limits
    marketing_cap = models.PositiveIntegerField(_("Marketing messages per person"), default=5)
    marketing_cap_days = models.PositiveSmallIntegerField(_("within so many days"), default=7, validators=at_least(1))
    complaints_percent = models.DecimalField(
        _("Complaint rate that pauses a campaign (%)"),
        max_digits=6,
        decimal_places=3,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    complaints_minimum = models.PositiveIntegerField(_("after so many recipients"), default=1000)
    soft_bounces_limit = models.PositiveSmallIntegerField(
        _("Temporary bounces in a row that stop marketing"), default=5, validators=at_least(1)
    )
    soft_bounces_days = models.PositiveSmallIntegerField(_("within so many days"), default=30, validators=at_least(1))
    reopen_within_days = models.PositiveSmallIntegerField(_("Days in which an SMS reopens a conversation"), default=7)
    task_escalation_hours = models.DecimalField(
        _("Hours until an overdue task is escalated"),
        max_digits=7,
        decimal_places=2,
        default=4,
        validators=[MinValueValidator(0)],
    )
    deal_quiet_days = models.PositiveSmallIntegerField(_("Days without marketing before a deal closes"), default=14)
    deal_stale_days = models.PositiveSmallIntegerField(_("Days after which an open deal is stale"), default=30)
    erasure_requires_two = models.BooleanField(_("Two people confirm each erasure"), default=False)

    # Retention
    keeps_import_files_days = models.PositiveSmallIntegerField(
        _("Days that imported files are kept"), default=30, validators=[*at_least(1), MaxValueValidator(3650)]
    )
    keeps_export_files_days = models.PositiveSmallIntegerField(
        _("Days that files of access requests are kept"), default=14, validators=[*at_least(1), MaxValueValidator(365)]
    )
    keeps_events_days = models.PositiveSmallIntegerField(
        _("Days that processed events are kept"), default=7, validators=[*at_least(1), MaxValueValidator(3650)]
    )

    keeps_sources_days = models.PositiveSmallIntegerField(
        _("Days that the source of received messages is kept (0: always)"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(3650)],
    )

    # Set-up
    setup_token_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    setup_steps_done = ArrayField(models.CharField(max_length=30), default=list, blank=True, editable=False)
    setup_completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    first_reply_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        default_permissions = ("view", "change")
        constraints = [models.CheckConstraint(condition=models.Q(id=THE_ROW), name="one_organization")]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name, or the product's while there is none."""
        return self.name.strip() or PRODUCT

    @property
    def reply_sender_name(self) -> str:
        """Who replies and notices come from, where their channel names nobody."""
        return self.sender_name or self.display_name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone; that of the settings when the stored one is not known on this machine."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo(settings.TIME_ZONE)

    @property
    def complaints_limit(self) -> float:
        """The complaint rate that pauses a campaign, as a share of 1."""
        return float(self.complaints_percent) / 100

    @property
    def own_privacy_text(self) -> str:
        """The organization's own privacy text in the active language, else in the other one; empty without any."""
        texts = (self.privacy_text, self.privacy_text_pt)
        chosen = texts[::-1] if (get_language() or "en").startswith("pt") else texts
        return next((text for text in chosen if text.strip()), "")

    @classmethod
    def from_settings(cls) -> "Organization":
        """Return what the environment says: what each value is at first. Not saved, and not to be changed."""
        said = tuple(getattr(settings, name) for name in _SAID)
        if _known.get("said") != said:
            _known.update(said=said, initial=cls._made_of_settings())
        initial: Organization = _known["initial"]
        return initial

    @classmethod
    def _made_of_settings(cls) -> "Organization":
        return cls(
            name=settings.ORGANISATION_NAME,
            postal_address=settings.ORGANISATION_POSTAL_ADDRESS,
            country=settings.ORGANIZATION_COUNTRY,
            currency=settings.ORGANISATION_CURRENCY,
            time_zone=settings.TIME_ZONE,
            language=settings.LANGUAGE_CODE,
            languages=[code for code, _name in settings.LANGUAGES],
            session_hours=max(1, settings.SESSION_COOKIE_AGE // 3600),
            second_factor_roles=["administrator"] if settings.REQUIRE_MFA else [],
            marketing_cap=settings.MARKETING_CAP,
            marketing_cap_days=settings.MARKETING_CAP_WINDOW.days,
            complaints_percent=settings.COMPLAINTS_LIMIT * 100,
            complaints_minimum=settings.COMPLAINTS_MINIMUM,
            soft_bounces_limit=settings.SOFT_BOUNCES_LIMIT,
            soft_bounces_days=settings.SOFT_BOUNCES_WINDOW.days,
            reopen_within_days=settings.REOPEN_WITHIN_DAYS,
            task_escalation_hours=settings.TASK_ESCALATION_HOURS,
            deal_quiet_days=settings.DEAL_QUIET_DAYS,
            deal_stale_days=settings.DEAL_STALE_DAYS,
            erasure_requires_two=settings.ERASURE_FOUR_EYES,
        )


class Logo(models.Model):
    """A logo that was uploaded, as PNG of our own making; named by its content, so that browsers keep it."""

    digest = models.CharField(primary_key=True, max_length=64)
    png = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.digest
