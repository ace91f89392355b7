"""Who works here."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from engagement.ui import commands, rooms
from engagement.village.grants import offer_permissions


class VillageConfig(AppConfig):
    name = "engagement.village"
    label = "village"
    verbose_name = _("Village")

    def ready(self) -> None:
        """Offer the roles their permissions after each migration; write signing in to the audit trail."""
        post_migrate.connect(offer_permissions, dispatch_uid="village.offer_permissions")
        from engagement.village import endings, responsibilities, sign_in_trail

        endings.register("released", responsibilities.end_on_close)

        sign_in_trail.connect()
        _offer_pages()


def _offer_pages() -> None:
    rooms.register(
        rooms.Room("village", _("People"), "users", "village:people", permission="village.view_user", order=900)
    )
    audit = commands.Command("audit", _("Audit trail"), "history", "village:audit", "village.view_auditentry")
    commands.register(audit)
    invite = commands.Command("invite", _("Invite a person"), "user-plus", "village:invitation", "village.add_user")
    commands.register(invite)
    security = commands.Command("security", _("Security"), "shield-check", "village:security", order=50)
    commands.register_account_item(security)
