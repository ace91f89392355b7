"""What the plan registers when the app is ready."""

from django.utils.translation import gettext_lazy as _

from engagement.operations import plan_home, plan_leaving
from engagement.operations.plan_permissions import READ, may_listen
from engagement.realtime import topics
from engagement.ui import commands
from engagement.ui import home as homes
from engagement.village import action_names


def register() -> None:
    """Called once, when the app is ready."""
    topics.register("plan", may_listen)
    plan_leaving.register()
    commands.register(commands.Command("plan", _("Plan"), "flag", "operations:plan", READ))
    homes.register("Master Builder", plan_home.planning)
    homes.register("Builder", plan_home.building)
    homes.register("Benefactor", plan_home.sponsoring)
    action_names.register(
        {
            "milestone.created": _("Created a milestone"),
            "milestone.changed": _("Changed a milestone"),
            "milestone.approved": _("Approved a milestone"),
            "milestone.change_requested": _("Asked for another day or budget"),
            "milestone.change_decided": _("Decided on another day or budget"),
            "milestone.change_withdrawn": _("Withdrew a change of a milestone"),
            "milestone.delivered": _("Delivered a milestone"),
            "milestone.reopened": _("Reopened a milestone"),
            "milestone.deleted": _("Deleted a milestone"),
            "milestone.restored": _("Restored a milestone"),
            "work_item.created": _("Created a work item"),
            "work_item.changed": _("Changed a work item"),
            "work_item.moved": _("Moved a work item"),
            "work_item.deleted": _("Deleted a work item"),
            "work_item.restored": _("Restored a work item"),
            "risk.created": _("Added a risk"),
            "risk.changed": _("Changed a risk"),
            "risk.closed": _("Closed a risk"),
            "risk.reopened": _("Reopened a risk"),
        }
    )
