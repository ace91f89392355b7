"""Revisions: what was saved, and can never be changed after it. A trigger of the database refuses."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from content.models.template import Template
from engagement.channels.models import Channel
from engagement.keys import new_key


class Revision(models.Model):
    """One saved state of a template, with everything that a decision about it covers.

    ``sender``, ``organisation`` and ``postal_address`` are written down as they stood, so that what is
    approved is what is sent.
    ``content_hash`` is the SHA-256 (hex) of it all; see ``content.hashing``. Numbers have no gaps.
    """

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="revisions", db_index=False)
    number = models.PositiveIntegerField(_("number"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    purpose = models.CharField(max_length=10)
    source_locale = models.CharField(max_length=10)
    channel = models.ForeignKey(Channel, null=True, on_delete=models.PROTECT, related_name="+")
    sender = models.CharField(_("sender"), max_length=600, blank=True)
    organisation = models.CharField(max_length=200, blank=True)
    postal_address = models.CharField(_("postal address"), max_length=500, blank=True)
    content_hash = models.CharField(_("hash"), max_length=64, db_index=True)
    contributor_ids = models.JSONField(default=list, db_default=[])  # whoever wrote any part since the revision before
    restored_from = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["template", "-number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="revision_number_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="revision_numbers_begin_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.template} · {self.number}"


class Variant(models.Model):
    """The words of one revision in one language. ``source_hash``: of the source that they were translated from."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="variants", db_index=False)
    locale = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    preheader = models.CharField(_("preview line"), max_length=500, blank=True)
    mjml = models.TextField(_("layout"), blank=True)
    text = models.TextField(_("text"), blank=True)
    source_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["revision", "locale"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["revision", "locale"], name="variant_locale_once")]

    def __str__(self) -> str:
        return f"{self.revision} · {self.locale}"
