"""Opt-out requests in other words than a keyword's, for a person to judge."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.channels.models.channel import Channel
from engagement.keys import new_key


class OptOutWish(models.Model):
    """A message that is no keyword but may ask for no more marketing (47 CFR 64.1200(a)(10): by any reasonable words).

    ``honoured`` is None while nobody has judged it.
    """

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    raw_event_key = models.UUIDField(unique=True)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", db_index=False)
    profile_id = models.UUIDField()
    address = models.CharField(max_length=400)
    text = models.TextField()
    at = models.DateTimeField()
    honoured = models.BooleanField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("wish to be left alone")
        verbose_name_plural = _("wishes to be left alone")
        ordering = ["-key"]
        default_permissions = ()
        permissions = [("decide_optoutwish", _("Can judge whether a text asks to be left alone"))]
        indexes = [models.Index(fields=["-key"], name="optout_undecided", condition=Q(honoured=None))]

    def __str__(self) -> str:
        return f"{self.address}: {self.text[:60]}"
