"""Setting up the organization, and changing what is its own."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from engagement.ui import commands, rooms
from engagement.ui import home as homes


class SetupConfig(AppConfig):
    name = "engagement.setup"
    label = "setup"
    verbose_name = _("Set-up")

    def ready(self) -> None:
        """Put the settings into the navigation and the checklist on the home page of administrators."""
        from engagement.setup import checklist
        from engagement.village import action_names

        change = "organization.change_organization"
        rooms.register(rooms.Room("settings", _("Settings"), "settings", "setup:settings", change, order=950))
        roles = commands.Command("roles", _("Roles"), "users", "setup:roles", "village.view_role")
        commands.register(roles)
        homes.register("Administrator", checklist.sections)
        action_names.register(
            {
                "organization.changed": _("Changed the organization"),
                "organization.set_up": _("Set up the organization"),
                "role.made": _("Made a role"),
                "role.changed": _("Changed a role"),
                "person.invited_again": _("Sent an invitation again"),
            }
        )
