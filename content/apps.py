"""What we say: templates, revisions, rights, publishing."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContentConfig(AppConfig):
    name = "content"
    verbose_name = _("Content")

    def ready(self) -> None:
        from content import checks, leaving, reviewing, slots

        reviewing.register()
        slots.register()
        checks.register_items()
        leaving.register()
