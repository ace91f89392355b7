"""Who gets which message when, by which channel, and what came of it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from engagement.ui import commands, home, rooms

READ = "campaigns.view_campaign"


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns")

    def ready(self) -> None:
        """Fill the registries: renderer, origins, timeline, checklist, room, home pages, palette, live topics."""
        from campaigns import (
            adoption,
            blueprint,
            checks,
            leaving,
            origins,
            permissions,
            renderer,
            rights,
            timeline,
            upcoming,
        )
        from campaigns import home as sections
        from campaigns.actions import steering
        from campaigns.models.recipient import SOURCE
        from campaigns.selectors import bound
        from collaboration.approvals import approved, register_follower
        from collaboration.notifications import kinds
        from engagement.channels import origins as all_origins
        from engagement.channels import policy, renderers
        from engagement.profiles import upcoming as all_upcoming
        from engagement.realtime import topics

        policy.register_approvals(approved)
        blueprint.register()
        policy.register_approvals(bound.approvals_bound)
        register_follower(steering.pause_for_withdrawn_approval)
        kinds.register(
            kinds.Kind(
                steering.PAUSED_NEWS,
                _("My campaign is paused by itself"),
                icon="pause",
                permission="campaigns.view_campaign",
                order=60,
            )
        )
        renderers.register(SOURCE, renderer.render)
        all_origins.register(SOURCE, origins.describe)
        all_upcoming.register(upcoming.read)
        timeline.add()
        checks.register_items()
        adoption.register()
        rights.register_holdings()
        leaving.register()
        topics.register("campaign", permissions.may_listen)
        topics.register("campaigns", permissions.may_listen)
        rooms.register(rooms.Room("campaigns", _("Campaigns"), "megaphone", "campaigns:campaigns", READ, order=400))
        for role in ("Troubadour", "Visionary"):
            home.register(role, sections.marketers)
        home.register("Visionary", sections.opportunities)
        home.register("Benefactor", sections.sponsors)
        self._name_actions()
        self._add_notifications()
        self._offer_commands()

    def _name_actions(self) -> None:
        from engagement.village import action_names

        action_names.register(
            {
                "segment.added": _("Made a segment"),
                "segment.changed": _("Changed a segment"),
                "campaign.added": _("Made a campaign"),
                "campaign.changed": _("Changed a campaign"),
                "campaign.launched": _("Launched a campaign"),
                "campaign.paused": _("Paused a campaign"),
                "campaign.resumed": _("Resumed a campaign"),
                "campaign.stopped": _("Stopped a campaign"),
                "campaign.finished": _("Finished a campaign"),
                "universal_holdout.changed": _("Changed the universal holdout"),
                "campaign.duplicated": _("Duplicated a campaign"),
                "campaign.exported": _("Exported the people of a campaign"),
                "campaign.recipients_read": _("Read recipients of a campaign by API"),
            }
        )

    def _add_notifications(self) -> None:
        from campaigns.notify import HELD
        from collaboration.notifications import kinds

        kinds.register(
            kinds.Kind(HELD, _("A campaign of mine was paused by itself"), icon="megaphone", permission=READ, order=60)
        )

    def _offer_commands(self) -> None:
        from campaigns import palette

        commands.register(
            commands.Command(
                "new-campaign", _("New campaign"), "megaphone", "admin:campaigns_campaign_add", "campaigns.add_campaign"
            )
        )
        commands.register(
            commands.Command(
                "segments", _("Segments"), "users", "admin:campaigns_segment_changelist", "campaigns.change_segment"
            )
        )
        commands.register_source(commands.Source("campaigns", _("Campaigns"), palette.found, READ, order=60))
