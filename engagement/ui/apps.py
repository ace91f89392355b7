"""The design system: base templates, tags, the rooms of the band, commands, shortcuts, home pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from engagement.ui import commands, rooms


class UiConfig(AppConfig):
    name = "engagement.ui"
    label = "ui"
    verbose_name = _("Interface")

    def ready(self) -> None:
        """Put the home page into the band and the preferences into the palette."""
        rooms.register(rooms.Room("home", _("Home"), "house", "home", order=0))
        commands.register(commands.Command("preferences", _("Preferences"), "pencil", "ui:preferences"))
