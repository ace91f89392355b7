"""The unified customer profile."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProfilesConfig(AppConfig):
    name = "engagement.profiles"
    label = "profiles"
    verbose_name = _("Profiles")

    def ready(self) -> None:
        """Fill the registries."""
        from engagement.profiles import leaving, slots
        from engagement.profiles.rights import slots as rights

        slots.register()
        rights.register()
        leaving.register()
