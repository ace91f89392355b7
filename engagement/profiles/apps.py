"""The unified customer profile."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from engagement.ui import rooms


class ProfilesConfig(AppConfig):
    name = "engagement.profiles"
    label = "profiles"
    verbose_name = _("Profiles")

    def ready(self) -> None:
        """Put the people's room into the band."""
        rooms.register(rooms.Room("people", _("People"), "users", "profiles:people", "profiles.view_profile", order=20))
