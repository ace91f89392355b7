"""What may be known of a customer besides their addresses: each attribute is declared before it is filled."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.village.models.people import in_language


class AttributeDefinition(models.Model):
    """One attribute of profiles: its name in ``Profile.attributes``, its label, and what it holds.

    ``choices`` are the values of a "choice". A ``sensitive`` one is masked on every page; uncovering it is audited.
    """

    class Type(models.TextChoices):
        TEXT = "text", _("text")
        NUMBER = "number", _("number")
        BOOLEAN = "boolean", _("yes or no")
        DATE = "date", _("date")
        CHOICE = "choice", _("one of several")

    key = models.UUIDField(primary_key=True, default=new_key, editable=False)
    slug = models.SlugField(max_length=50, unique=True)
    label = models.CharField(_("name in English"), max_length=100)
    label_pt = models.CharField(_("name in Portuguese"), max_length=100)
    type = models.CharField(_("holds"), max_length=10, choices=Type, default=Type.TEXT)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    sensitive = models.BooleanField(_("sensitive"), default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(type__in=["text", "number", "boolean", "date"])
                | (Q(type="choice") & ~Q(choices=models.Value([], models.JSONField()))),
                name="attribute_choice_has_choices",
            )
        ]

    def __str__(self) -> str:
        return in_language(self.label, self.label_pt)
