"""How colleagues work together around one customer."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollaborationConfig(AppConfig):
    name = "collaboration"
    verbose_name = _("Collaboration")

    def ready(self) -> None:
        from collaboration import action_names, adoption, checks, home, leaving, permissions, rights, slots, timeline
        from collaboration.approvals import rule_sheets
        from collaboration.approvals.granted import approved
        from collaboration.tasks.asked import make_asked
        from engagement.channels import policy
        from engagement.operations import ask, links
        from engagement.profiles import timeline as timelines
        from engagement.realtime import topics
        from engagement.ui import home as homes

        policy.register_approvals(approved)
        ask.register_maker(make_asked)
        rule_sheets.register()
        for view_name, opener in permissions.OPENERS.items():
            links.register_opener(view_name, opener)
        topics.register("reviews", permissions.may_listen_to_reviews)
        topics.register("approval", permissions.may_listen_to_approval)
        topics.register("handoff", permissions.may_listen_to_handoff)
        homes.register("Counselor", home.review_sections)
        for role in ("Troubadour", "Visionary"):
            homes.register(role, home.asked_sections)
        homes.register(homes.EVERYBODY, home.handoff_sections)
        homes.register(homes.EVERYBODY, home.task_sections)
        for source in timeline.SOURCES:
            timelines.register(source)
        action_names.register()
        checks.register_items()
        adoption.register()
        rights.register_holdings()
        leaving.register()
        slots.register()
