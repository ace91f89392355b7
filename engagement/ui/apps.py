"""The design system: base templates, tags, the rooms of the band, commands, shortcuts, home pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    name = "engagement.ui"
    label = "ui"
    verbose_name = _("Interface")
