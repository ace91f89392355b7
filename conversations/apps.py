"""The inbox: one thread per matter, one place for all channels."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConversationsConfig(AppConfig):
    name = "conversations"
    verbose_name = _("Conversations")

    def ready(self) -> None:
        from collaboration.handoffs import kinds
        from conversations import (
            adoption,
            blueprint,
            checks,
            further_checks,
            handing,
            home,
            leaving,
            permissions,
            renderer,
            rights,
            slots,
        )
        from conversations.actions.complaint import CODE, EXCLUSION
        from conversations.actions.reply import SOURCE
        from engagement.channels import policy, renderers
        from engagement.channels.delivery import reasons
        from engagement.operations import links
        from engagement.realtime import topics
        from engagement.ui import home as homes

        renderers.register(SOURCE, renderer.render)
        policy.register_exclusion(CODE, EXCLUSION)
        reasons.register(CODE, _("A complaint of this person is open. Customer care answers it first."))
        for view_name, opener in permissions.OPENERS.items():
            links.register_opener(view_name, opener)
        topics.register("queue", permissions.may_listen_to_queue)
        topics.register("conversation", permissions.may_listen_to_conversation)
        topics.register("drafts", permissions.may_listen_to_conversation)
        topics.register("user", permissions.may_listen_to_person)
        topics.register("attention", permissions.may_listen_to_attention)
        for role in ("Agent", "Merchant"):
            homes.register(role, home.sections)
        kinds.register(handing.KIND)
        slots.register()
        checks.register_items()
        further_checks.register_further_items()
        adoption.register()
        blueprint.register()
        rights.register_holdings()
        leaving.register()
