"""How words travel."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsConfig(AppConfig):
    name = "engagement.channels"
    label = "engagement_channels"  # ``channels`` is the socket library's
    verbose_name = _("Channels")

    def ready(self) -> None:
        """Add e-mail to the kinds of channel."""
        from engagement.channels import adapters
        from engagement.channels.email.adapter import EmailAdapter

        adapters.register(EmailAdapter())
