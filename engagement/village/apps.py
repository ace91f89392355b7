"""Who works here."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate, pre_migrate
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagement.ui import commands, rooms
from engagement.village.earlier_databases import refuse_earlier_database
from engagement.village.grants import offer_permissions


class VillageConfig(AppConfig):
    name = "engagement.village"
    label = "village"
    verbose_name = _("Village")

    def ready(self) -> None:
        """Offer the roles their permissions after each migration; write signing in to the audit trail."""
        pre_migrate.connect(refuse_earlier_database, sender=self, dispatch_uid="village.refuse_earlier_database")
        post_migrate.connect(offer_permissions, dispatch_uid="village.offer_permissions")
        from engagement.village import endings, responsibilities, sign_in_trail

        endings.register("released", responsibilities.end_on_close)

        sign_in_trail.connect()
        user_logged_in.connect(start_session, dispatch_uid="village.start_session")
        _offer_pages()


def start_session(request: HttpRequest | None, **_: Any) -> None:
    """Note when a session began, so that its end is moved from there."""
    from engagement.village.middleware import EXTENDED_AT, limit_session

    session = getattr(request, "session", None)
    if session is not None:
        session[EXTENDED_AT] = int(timezone.now().timestamp())
        limit_session(session)


def _offer_pages() -> None:
    rooms.register(
        rooms.Room("village", _("Team"), "users", "village:people", permission="village.view_user", order=900)
    )
    audit = commands.Command("audit", _("Audit trail"), "history", "village:audit", "village.view_auditentry")
    commands.register(audit)
    invite = commands.Command("invite", _("Invite a person"), "user-plus", "village:invitation", "village.add_user")
    commands.register(invite)
    security = commands.Command("security", _("Security"), "shield-check", "village:security", order=50)
    commands.register_account_item(security)
