"""A segment: who is meant, as rules over what we know of people."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key


def everybody() -> dict[str, Any]:
    """Return the rules that leave nobody out."""
    return {"all": []}


class Segment(models.Model):
    """``rules`` is a tree of ``campaigns.segments.rules``; who is in it is asked anew each time."""

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    name = models.CharField(_("name"), max_length=200, unique=True)
    description = models.TextField(_("what it is for"), blank=True)
    rules = models.JSONField(_("who is in it"), default=everybody)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["name", "key"]
        default_permissions = ("view", "add", "change")

    def __str__(self) -> str:
        return self.name
