"""Where customers ask, answer and propose in public."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommunityConfig(AppConfig):
    name = "community"
    verbose_name = _("Community")

    def ready(self) -> None:
        """Put the community's mails, panel, timeline, rooms and items where others look for them."""
        from community import adoption, blueprint, checks, home, leaving, permissions, renderers, rights, slots
        from community.actions.notices import SOURCE as NOTICES
        from community.actions.sign_in import SOURCE as SIGN_IN
        from community.adapter import CommunityAdapter
        from community.channel_settings import CommunityChannelSettings
        from engagement.channels import adapters
        from engagement.channels import renderers as all_renderers
        from engagement.channels.kind_settings import register_settings
        from engagement.operations import links
        from engagement.ui import home as homes

        adapters.register(CommunityAdapter())
        register_settings("community", CommunityChannelSettings)
        all_renderers.register(SIGN_IN, renderers.sign_in)
        all_renderers.register(NOTICES, renderers.notices)
        homes.register("Moderator", home.sections)
        for view_name, opener in permissions.OPENERS.items():
            links.register_opener(view_name, opener)
        slots.register()
        checks.register_items()
        adoption.register()
        blueprint.register()
        rights.register_holdings()
        leaving.register()
