"""Who works here."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from engagement.village.grants import offer_permissions


class VillageConfig(AppConfig):
    name = "engagement.village"
    label = "village"
    verbose_name = _("Village")

    def ready(self) -> None:
        """Offer the roles their permissions after each migration."""
        post_migrate.connect(offer_permissions, dispatch_uid="village.offer_permissions")
