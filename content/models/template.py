"""A template: one text of ours, in all its languages."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagement.channels.models import Channel
from engagement.keys import new_key
from engagement.village.models import Department, User


class Kind(models.TextChoices):
    """What a text becomes."""

    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")


class Purpose(models.TextChoices):
    """Why we write; the same words as in the consent ledger."""

    MARKETING = "marketing", _("marketing")
    SERVICE = "service", _("service")


class TemplateQuerySet(models.QuerySet["Template"]):
    """Templates, as their readers ask for them."""

    def visible_to(self, user: User) -> "TemplateQuerySet":
        """Return what the person may read: everything, or nothing without the permission."""
        return self if user.has_perm("content.view_template") else self.none()

    def in_use(self) -> "TemplateQuerySet":
        """Return those that were not put away."""
        return self.filter(archived_at=None)

    def newest_first(self) -> "TemplateQuerySet":
        """Order by the last edit, ending on the key."""
        return self.order_by("-edited_at", "-key")

    def lock(self, pk: object) -> "Template":
        """Return one template, locked until the transaction ends. Raises DoesNotExist."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Template(models.Model):
    """``channel`` is where it is sent from; ``source_locale`` the language that the others are translated from."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    channel = models.ForeignKey(
        Channel, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("sender")
    )
    source_locale = models.CharField(_("written first in"), max_length=10, default="en")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("department")
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    edited_at = models.DateTimeField(_("last edit"), default=timezone.now)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    archived_at = models.DateTimeField(_("put away"), null=True, blank=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ["-edited_at", "-key"]
        default_permissions = ("view", "add", "change")
        indexes = [
            models.Index(fields=["-edited_at", "-key"], name="template_recent", condition=models.Q(archived_at=None)),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="template_kind_known"),
            models.CheckConstraint(condition=models.Q(purpose__in=Purpose.values), name="template_purpose_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_email(self) -> bool:
        """It is written in MJML, with a subject."""
        return self.kind == Kind.EMAIL

    @property
    def is_marketing(self) -> bool:
        """It needs consent, a way out and a sender's address."""
        return self.purpose == Purpose.MARKETING
