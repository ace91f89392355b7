"""What may be known of a customer besides their addresses: each attribute is declared before it is filled."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.village.models.people import in_language


class AttributeQuerySet(models.QuerySet["AttributeDefinition"]):
    """Attributes, as their readers ask for them."""

    def in_use(self) -> "AttributeQuerySet":
        """Return those that may be filled, in their order."""
        return self.filter(retired_at=None).order_by("position", "slug")


class AttributeDefinition(models.Model):
    """One attribute of profiles: its name in ``Profile.attributes``, its label, and what it holds.

    ``choices`` are the values of a "choice"; ``choices_pt`` how each is called in Portuguese, where it is called
    otherwise. A ``sensitive`` one is masked on every page; uncovering it is audited. ``system_of_record``: where the
    value comes from, and is right when two differ. ``retention_days``: so long after it was last changed a value is
    forgotten; empty: it is kept. A retired one is filled no more; what is known stays until it is forgotten.
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
    choices_pt = models.JSONField(_("choices in Portuguese"), default=dict, db_default={}, blank=True)
    sensitive = models.BooleanField(_("sensitive"), default=False)
    system_of_record = models.CharField(
        _("system of record"),
        max_length=100,
        blank=True,
        default="",
        db_default="",
        help_text=_("Where this comes from, and which is right when two differ: the CRM, the shop, the person."),
    )
    retention_days = models.PositiveIntegerField(
        _("kept for days"),
        null=True,
        blank=True,
        help_text=_("So many days after it was last changed, what is known is forgotten by itself. Empty: kept."),
    )
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    objects = AttributeQuerySet.as_manager()

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(type__in=["text", "number", "boolean", "date"])
                | (Q(type="choice") & ~Q(choices=models.Value([], models.JSONField()))),
                name="attribute_choice_has_choices",
            ),
            models.CheckConstraint(
                condition=Q(retention_days=None) | Q(retention_days__gte=1), name="attribute_is_kept_a_day"
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.label, self.label_pt)

    def choice_in_words(self, value: str) -> str:
        """One of the choices in the reader's language."""
        return in_language(value, self.choices_pt.get(value) or value)
