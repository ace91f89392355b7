"""The operating model: what an organisation really does, asked of its own data."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from engagement.ui import commands, rooms
from engagement.ui import home as homes

READ = "operations.view_checklist"
READ_ADOPTION = "operations.view_adoption"


class OperationsConfig(AppConfig):
    name = "engagement.operations"
    label = "operations"
    verbose_name = _("Operations")

    def ready(self) -> None:
        """Put the operating model into the band and on the home pages of those who steer."""
        from engagement.operations import (
            blueprint_home,
            blueprint_leaving,
            home,
            leaving,
            own_sources,
            permissions,
            plan_setup,
            platform_sources,
        )
        from engagement.realtime import topics
        from engagement.village import action_names

        topics.register("operations", permissions.may_listen)
        leaving.register()
        own_sources.register()
        plan_setup.register()
        platform_sources.register()
        blueprint_leaving.register()
        homes.register("Architect", blueprint_home.drawing)
        homes.register("Builder", blueprint_home.building)
        homes.register("Visionary", blueprint_home.requiring)
        commands.register(
            commands.Command("blueprint", _("Blueprint"), "castle", "operations:blueprint", "operations.view_component")
        )
        commands.register(
            commands.Command(
                "requirements",
                _("Requirements"),
                "list-checks",
                "operations:requirements",
                "operations.view_requirement",
            )
        )
        rooms.register(rooms.Room("operations", _("Operations"), "castle", "operations:model", READ, order=700))
        commands.register(
            commands.Command("claims", _("What I believe of the five Cs"), "castle", "operations:claims", READ)
        )
        commands.register(commands.Command("adoption", _("Adoption"), "users", "operations:adoption", READ_ADOPTION))
        commands.register(commands.Command("use-cases", _("Use cases"), "list-checks", "operations:use-cases", READ))
        commands.register(commands.Command("workshops", _("Workshops"), "users", "operations:workshops", READ))
        commands.register_account_item(
            commands.Command("adoption-mine", _("Announcements and training"), "megaphone", "operations:adoption-mine")
        )
        homes.register(homes.EVERYBODY, home.announced)
        for role in ("Benefactor", "Architect", "Counselor", "Shepherd"):
            homes.register(role, home.steering)
        homes.register("Shepherd", home.adoption)
        homes.register("Benefactor", home.decisions)
        action_names.register(
            {
                "checklist.target_changed": _("Changed a threshold of the operating model"),
                "checklist.waived": _("Waived an item of the operating model"),
                "checklist.waiver_ended": _("Ended a waiver"),
                "value.written": _("Wrote a value case"),
                "value.signed": _("Signed a value case"),
                "checklist.owner_changed": _("Changed who answers for a C"),
                "adoption.step_done": _("Marked an onboarding step as done"),
                "adoption.step_undone": _("Marked an onboarding step as not done"),
                "adoption.champion_named": _("Named a champion"),
                "adoption.champion_removed": _("Removed a champion"),
                "announcement.published": _("Published an announcement"),
                "announcement.changed": _("Changed an announcement"),
                "announcement.withdrawn": _("Withdrew an announcement"),
                "objection.raised": _("Wrote down an objection"),
                "objection.answered": _("Answered an objection"),
                "objection.resolved": _("Resolved an objection"),
                "objection.reopened": _("Reopened an objection"),
                "win.written": _("Wrote down a win"),
                "win.shared": _("Shared a win"),
                "training.created": _("Created a training"),
                "training.changed": _("Changed a training"),
                "training.archived": _("Archived a training"),
                "use_case.planned": _("Planned a use case"),
                "workshop.opened": _("Opened a workshop"),
                "workshop.closed": _("Closed a workshop"),
                "workshop.notes_written": _("Wrote the notes of a workshop"),
                "training.restored": _("Restored a training"),
                "blueprint.component_added": _("Added a component to the blueprint"),
                "blueprint.component_changed": _("Changed a component of the blueprint"),
                "blueprint.component_deleted": _("Deleted a component of the blueprint"),
                "blueprint.component_restored": _("Restored a component of the blueprint"),
                "blueprint.link_added": _("Added a link to the blueprint"),
                "blueprint.link_changed": _("Changed a link of the blueprint"),
                "blueprint.link_deleted": _("Deleted a link of the blueprint"),
                "blueprint.link_restored": _("Restored a link of the blueprint"),
                "blueprint.version_saved": _("Saved a version of the blueprint"),
                "requirement.added": _("Added a requirement"),
                "requirement.changed": _("Changed a requirement"),
                "requirement.deleted": _("Deleted a requirement"),
                "requirement.restored": _("Restored a requirement"),
                "requirement.waived": _("Waived a requirement"),
                "requirement.waiver_ended": _("Ended the waiver of a requirement"),
            }
        )
