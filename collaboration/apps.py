"""How colleagues work together around one customer."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollaborationConfig(AppConfig):
    name = "collaboration"
    verbose_name = _("Collaboration")

    def ready(self) -> None:
        from collaboration import action_names, permissions, slots
        from engagement.realtime import topics

        topics.register("reviews", permissions.may_listen_to_reviews)
        topics.register("approval", permissions.may_listen_to_approval)
        topics.register("handoff", permissions.may_listen_to_handoff)
        action_names.register()
        slots.register()
