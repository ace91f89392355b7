"""Notifications: what somebody here should know, once, on the page and by e-mail as they wish."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key


class Notification(models.Model):
    """One piece of news for one person, in their language. ``dedupe_key`` says it at most once.

    ``mail`` says what is to become of it by e-mail; ``mail_at`` when that is tried (again).
    """

    class Mail(models.TextChoices):
        NONE = "none", _("not by e-mail")
        NOW = "now", _("by e-mail at once")
        DIGEST = "digest", _("in the daily e-mail")
        SENT = "sent", _("sent by e-mail")
        FAILED = "failed", _("e-mail failed")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=500, blank=True)
    dedupe_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 - NULLs are not unique
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    mail = models.CharField(max_length=10, choices=Mail, default=Mail.NONE)
    mail_at = models.DateTimeField(null=True, blank=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    emailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-key"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "dedupe_key"], name="notified_once")]
        indexes = [
            models.Index(fields=["person", "-key"], name="notification_person"),
            models.Index(fields=["person"], name="notification_unseen", condition=Q(seen_at=None)),
            models.Index(fields=["mail_at"], name="notification_mail", condition=Q(mail__in=["now", "digest"])),
        ]

    def __str__(self) -> str:
        return self.title


class NotificationPreference(models.Model):
    """How one person wants to hear of one kind of news; without a row: as the kind says."""

    class Delivery(models.TextChoices):
        EMAIL = "email", _("On the page and by e-mail")
        DIGEST = "digest", _("On the page and in one daily e-mail")
        PAGE = "page", _("On the page only")
        NONE = "none", _("Not at all")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=60)
    delivery = models.CharField(max_length=10, choices=Delivery)

    class Meta:
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="one_preference_per_kind")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.delivery}"
