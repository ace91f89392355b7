"""Labels: what conversations are about, across queues."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.village.models.people import in_language


class Label(models.Model):
    """A word for conversations. An archived one stays where it was set, and is set no more."""

    class Color(models.TextChoices):
        GRAY = "", _("Gray")
        BLUE = "anil", _("Blue")
        TEAL = "river", _("Teal")
        GREEN = "moss", _("Green")
        YELLOW = "ochre", _("Yellow")
        RED = "tile", _("Red")

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    name = models.CharField(_("name in English"), max_length=60)
    name_pt = models.CharField(_("name in Portuguese"), max_length=60, blank=True)
    color = models.CharField(_("color"), max_length=10, choices=Color, blank=True, default=Color.GRAY)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["name", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(Lower("name"), name="label_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="label_has_a_name"),
        ]

    def __str__(self) -> str:
        return in_language(self.name, self.name_pt or self.name)

    @property
    def is_archived(self) -> bool:
        """It is set no more."""
        return self.archived_at is not None


class ConversationLabel(models.Model):
    """A label on a conversation."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="label_links", db_index=False
    )
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="links", db_index=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("label of a conversation")
        verbose_name_plural = _("labels of conversations")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["conversation", "label"], name="conversation_label_once")]
        indexes = [models.Index(fields=["label", "conversation"], name="conversation_label_found")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.label_id}"
