"""Notes about a customer that belong to no conversation."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.profiles.models import Profile
from engagement.village.models import Department


class Note(models.Model):
    """What a colleague knows of a customer; only the team reads it. It is never changed."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    text = models.TextField(_("note"))
    client_key = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001 - NULLs are not unique
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-key"]
        default_permissions = ("view", "add")
        constraints = [models.UniqueConstraint(fields=["author", "client_key"], name="person_note_submitted_once")]
        indexes = [models.Index(fields=["profile", "-created_at", "-key"], name="person_note_profile")]

    def __str__(self) -> str:
        return self.text[:80]
