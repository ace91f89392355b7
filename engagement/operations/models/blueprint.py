"""The blueprint: components, the links between them, and its saved versions."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from engagement.keys import new_key
from engagement.village.models import Department


class Layer(models.TextChoices):
    """The layers of the reference architecture, from the customer inwards; drawn in this order."""

    CHANNELS = "channels", _("Channels")
    ENGAGEMENT = "engagement", _("Engagement")
    PROFILE = "profile", _("Profile and policy")
    CONNECTORS = "connectors", _("Connectors")
    BACK_OFFICE = "back_office", _("Back office")


class ComponentQuerySet(models.QuerySet["Component"]):
    """Components, as their readers ask for them."""

    def current(self) -> "ComponentQuerySet":
        """Return those that were not deleted."""
        return self.filter(deleted_at=None)


class Component(models.Model):
    """A system, a tool, a channel or a data store of the organization.

    ``source``: the live thing of this installation that it stands for (``blueprint_sources``), such as
    ``channel:<uuid>`` or ``app:inbox``; its health is the source's. Empty: nothing here can measure it.
    ``deleted_at``: it can be restored together with the links that were deleted with it.
    """

    class Kind(models.TextChoices):
        CHANNEL = "channel", _("Communication channel")
        INTERNAL = "internal", _("Internal system")
        SAAS = "saas", _("SaaS tool")
        DATA_STORE = "data_store", _("Data store")

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        IN_USE = "in_use", _("In use")
        RETIRED = "retired", _("Retired")

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    name = models.CharField(_("Name"), max_length=100)
    kind = models.CharField(_("Kind"), max_length=12, choices=Kind, default=Kind.INTERNAL)
    layer = models.CharField(_("Layer"), max_length=12, choices=Layer, default=Layer.ENGAGEMENT)
    status = models.CharField(_("Status"), max_length=8, choices=Status, default=Status.PLANNED)
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Department")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Owner"),
    )
    description = models.TextField(_("Description"), blank=True, max_length=2000)
    contract = models.TextField(_("Contract"), blank=True, max_length=4000)
    planned_for = models.DateField(_("Planned for"), null=True, blank=True)
    source = models.CharField(max_length=100, blank=True, default="", editable=False)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ComponentQuerySet.as_manager()

    class Meta:
        verbose_name = _("component")
        verbose_name_plural = _("components")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                condition=Q(deleted_at=None),
                name="component_name_once",
                violation_error_message=_("There is a component of this name. Choose another name."),
            ),
            models.UniqueConstraint(
                fields=["source"], condition=Q(deleted_at=None) & ~Q(source=""), name="component_source_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LinkQuerySet(models.QuerySet["Link"]):
    """Links, as their readers ask for them."""

    def current(self) -> "LinkQuerySet":
        """Return those that were not deleted."""
        return self.filter(deleted_at=None)


class Link(models.Model):
    """What flows from one component to another, how, and whose it is."""

    class Direction(models.TextChoices):
        ONE_WAY = "one_way", _("One way")
        BOTH_WAYS = "both_ways", _("Both ways")

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    origin = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="links_out", verbose_name=_("From"))
    target = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="links_in", verbose_name=_("To"))
    direction = models.CharField(_("Direction"), max_length=9, choices=Direction, default=Direction.ONE_WAY)
    flow = models.CharField(_("What flows"), max_length=200)
    protocol = models.CharField(_("Protocol"), max_length=60, blank=True)
    status = models.CharField(_("Status"), max_length=8, choices=Component.Status, default=Component.Status.IN_USE)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Owner"),
    )
    contract = models.TextField(_("Contract"), blank=True, max_length=4000)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(origin=F("target")),
                name="link_joins_two_components",
                violation_error_message=_("A link joins two different components."),
            ),
            models.UniqueConstraint(
                "origin",
                "target",
                Lower("flow"),
                condition=Q(deleted_at=None),
                name="link_flow_once",
                violation_error_message=_("This link is drawn already."),
            ),
        ]

    def __str__(self) -> str:
        return self.flow


class BlueprintVersion(models.Model):
    """The blueprint as it was at one moment; ``content`` is what ``take_snapshot`` made of it."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(_("Name"), max_length=100)
    content = models.JSONField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()

    class Meta:
        verbose_name = _("version of the blueprint")
        verbose_name_plural = _("versions of the blueprint")
        ordering = ["-number"]
        default_permissions = ("view", "add")

    def __str__(self) -> str:
        return f"{self.number} {self.name}"
