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
        """Offer the roles their permissions after each migration; write signing in to the audit trail."""
        post_migrate.connect(offer_permissions, dispatch_uid="village.offer_permissions")
        from engagement.village import sign_in_trail  # noqa: PLC0415 - needs every app's models

        sign_in_trail.connect()
