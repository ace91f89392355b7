"""The unified customer profile."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from engagement.ui import rooms


class ProfilesConfig(AppConfig):
    name = "engagement.profiles"
    label = "profiles"
    verbose_name = _("Profiles")

    def ready(self) -> None:
        """Put the people's room into the band, and name what the audit trail keeps."""
        from engagement.village import action_names

        rooms.register(rooms.Room("people", _("People"), "users", "profiles:people", "profiles.view_profile", order=20))
        action_names.register(
            {
                "consent.given": _("Wrote down a consent"),
                "consent.withdrawn": _("Wrote down a withdrawal"),
                "suppression.made": _("Suppressed an address"),
                "suppression.lifted": _("Lifted a suppression"),
                "deal.opened": _("Opened a deal"),
                "deal.changed": _("Changed a deal"),
                "deal.held": _("Held a customer's marketing because of a deal"),
                "deal.released": _("Released a customer's marketing"),
                "deal.won": _("Won a deal"),
                "deal.lost": _("Lost a deal"),
            }
        )
