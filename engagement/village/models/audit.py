"""The audit trail: appended to, never changed. A trigger in the database refuses the rest."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key


class AuditEntry(models.Model):
    """Who did what to what, when, from where. Partitioned by month through its time-ordered key."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    actor_name = models.CharField(_("who"), max_length=300)
    action = models.CharField(_("action"), max_length=100)
    subject_type = models.CharField(_("kind of thing"), max_length=100)
    subject_id = models.CharField(_("which"), max_length=100)
    subject_name = models.CharField(_("name of the thing"), max_length=300, blank=True)
    detail = models.JSONField(_("detail"), default=dict)
    ip_address = models.GenericIPAddressField(_("address"), null=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        ordering = ["-key"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-key"], name="audit_subject"),
            models.Index(fields=["actor", "-key"], name="audit_actor"),
            models.Index(fields=["action", "-key"], name="audit_action"),
        ]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id}"
