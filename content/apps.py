"""What we say: templates, revisions, rights, publishing."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContentConfig(AppConfig):
    name = "content"
    verbose_name = _("Content")

    def ready(self) -> None:
        from content import blueprint, checks, leaving, reviewing, rights, slots, test_renderer
        from content.actions.test_sending import SOURCE
        from engagement.channels import origins, renderers
        from engagement.village import action_names

        reviewing.register()
        slots.register()
        checks.register_items()
        blueprint.register()
        leaving.register()
        rights.register_holdings()
        renderers.register(SOURCE, test_renderer.render)
        origins.register(SOURCE, test_renderer.describe)
        action_names.register(
            {
                "template.test_sent": _("Sent a test of a template"),
                "template.changed": _("Changed the settings of a template"),
                "template.archived": _("Archived a template"),
                "template.restored": _("Restored a template"),
            }
        )
