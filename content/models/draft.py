"""What is being written: kept on the server, seen by every author, not yet a revision."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from content.models.template import Template
from engagement.keys import new_key


class Draft(models.Model):
    """The words of one language as they stand in the editor.

    ``version`` grows with each write, so that whoever writes over words that they have not seen is told. ``writer`` is
    the page in which the last words were written: its own words it may always write over, in whatever order they come.
    """

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="drafts", db_index=False)
    locale = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    preheader = models.CharField(_("preview line"), max_length=500, blank=True)
    mjml = models.TextField(_("layout"), blank=True)
    text = models.TextField(_("text"), blank=True)
    source_hash = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)
    writer = models.CharField(max_length=40, blank=True, default="")
    contributor_ids = models.JSONField(default=list, db_default=[])  # who wrote since the last saved revision
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering = ["template", "locale"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["template", "locale"], name="draft_locale_once")]

    def __str__(self) -> str:
        return f"{self.template_id} · {self.locale} · {self.version}"
