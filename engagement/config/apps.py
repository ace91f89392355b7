"""The composition root: settings, addresses, commands and pages that need every app."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from engagement.config.memory import collect_again
from engagement.ui import commands, rooms
from engagement.ui import home as homes


class ConfigConfig(AppConfig):
    name = "engagement.config"
    label = "config"

    def ready(self) -> None:
        """Put the rooms of those who build and run the house into the band, and their work on their home pages."""
        collect_again()
        from engagement.channels.home import sections as channels
        from engagement.channels.jurisdictions.home import sections as jurisdictions
        from engagement.config.home import DELIVERY_PROBLEMS
        from engagement.config.home import sections as health
        from engagement.operations import ask

        problems = ask.Subject(_("Delivery problems"), "conversations:attention")
        ask.register_subject(DELIVERY_PROBLEMS, problems)
        view, events = "engagement_channels.view_channel", "events.view_outboxevent"
        rooms.register(rooms.Room("channels", _("Channels"), "route", "channels:channels", view, order=800))
        rooms.register(rooms.Room("events", _("Events"), "zap", "events:events", events, order=810))
        change = "engagement_channels.change_jurisdiction"
        rooms.register(
            rooms.Room("jurisdictions", _("Jurisdictions"), "landmark", "channels:jurisdictions", change, 60)
        )
        if settings.CATCHER_PORT:
            rooms.register(rooms.Room("mailbox", _("Test mailbox"), "mail", "channels:mailbox", order=850))
        if settings.SMS_STAND_IN_PORT:
            rooms.register(rooms.Room("phone", _("Test phone"), "smartphone", "channels:phone", order=851))
        commands.register_account_item(
            commands.Command("tokens", _("API tokens"), "key-round", "api:tokens", "api.use_api", order=60)
        )
        homes.register("Counselor", jurisdictions)
        for role in ("Architect", "Master Builder", "Builder"):
            homes.register(role, channels)
        for role in ("Master Builder", "Administrator"):
            homes.register(role, health)
