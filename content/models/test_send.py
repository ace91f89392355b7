"""A test send: a text as it was filled for somebody to look at, on its way to one address of ours."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from content.models.template import Template
from engagement.keys import new_key


class TestSend(models.Model):
    """What was sent to whom by whom, and as which person it was filled. It counts in no figure and touches no consent.

    ``campaign_id`` is set when it was sent from a campaign's page, ``revision`` the number of the revision when it was
    not the drafts that were tried.
    """

    __test__ = False  # pytest takes no model for a test

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="test_sends")
    campaign_id = models.UUIDField(null=True, blank=True)
    revision = models.PositiveIntegerField(null=True, blank=True)
    locale = models.CharField(_("language"), max_length=10)
    reader = models.CharField(max_length=300)
    address = models.CharField(_("address"), max_length=400)
    subject = models.CharField(max_length=1_000, blank=True)
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("test send")
        verbose_name_plural = _("test sends")
        ordering = ["-key"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["requested_by", "-created_at"], name="test_send_by_person"),
            models.Index(fields=["created_at"], name="test_send_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} · {self.locale} · {self.address}"
