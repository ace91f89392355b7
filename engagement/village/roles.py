"""The roles of the village and what each may do from the first day.

The table is what we *offer*: an administrator may take a permission away from a role, or give it another,
and keeps that choice through every later migration (see ``grants.py``). Work on queues and on connections is
granted as object permissions instead (``actions/grant.py``): ``conversations.work_queue`` stands in no row.
"""

from dataclasses import dataclass

ADMINISTRATOR = "administrator"
SLUGS = (
    "benefactor",
    "architect",
    "master-builder",
    "builder",
    "visionary",
    "troubadour",
    "counselor",
    "merchant",
    "shepherd",
    "agent",
    "moderator",
    ADMINISTRATOR,
)


@dataclass(frozen=True, slots=True)
class DeclaredRole:
    """A role: its slug, the permissions (``app_label.codename``) that it starts with."""

    slug: str
    permissions: tuple[str, ...] = ()


# Whoever works here may have tasks; work with a customer is handed over by those who answer customers.
WORKING = ("view_task", "add_task", "change_task")
ARRANGING = ("view_queue", "add_queue", "change_queue")
NOTING = ("view_note", "add_note")
DECLARING = ("view_attributedefinition", "add_attributedefinition", "change_attributedefinition")
BRINGING_PEOPLE_IN = ("view_peopleimport", "add_peopleimport", "change_peopleimport")
HANDING_OVER = ("view_handoff", "add_handoff", "change_handoff")
RELATING = ("view_company", "add_company", "change_company", "relate_profile")

# The operating model, the blueprint and the plan are read by all who steer; each part is changed by who answers for it.
READING_THE_PLAN = (
    "view_checklist",
    "view_component",
    "view_requirement",
    "view_milestone",
    "view_workitem",
    "add_comment",
)
DRAWING = (
    "add_component",
    "change_component",
    "delete_component",
    "add_link",
    "change_link",
    "delete_link",
    "add_blueprintversion",
)
REQUIRING = ("add_requirement", "change_requirement", "delete_requirement")
PLANNING = ("add_milestone", "change_milestone", "delete_milestone", "delete_workitem", "add_risk", "change_risk")
WORKING_ITEMS = ("add_workitem", "change_workitem")

# For each app (its label) what each role may do there, as codenames.
OFFERS: dict[str, dict[str, tuple[str, ...]]] = {
    # The core.
    "village": {
        ADMINISTRATOR: (
            "view_user",
            "add_user",
            "change_user",
            "view_role",
            "change_role",
            "view_department",
            "add_department",
            "change_department",
            "view_auditentry",
        ),
    },
    "organization": {
        ADMINISTRATOR: ("view_organization", "change_organization"),
    },
    "events": {
        "master-builder": ("view_outboxevent", "change_outboxevent"),
    },
    "api": {
        "architect": ("use_api",),
        "master-builder": ("use_api",),
        "builder": ("use_api",),
        "visionary": ("use_api",),
        "troubadour": ("use_api",),
        "counselor": ("use_api",),
        "merchant": ("use_api",),
        "agent": ("use_api",),
    },
    "engagement_channels": {
        ADMINISTRATOR: ("view_channel", "add_channel", "change_channel", "operate_channel"),
        "architect": ("view_channel", "add_channel", "change_channel", "view_jurisdiction"),
        "master-builder": ("view_channel", "operate_channel", "replay_rawevent", "settle_transmission"),
        "builder": ("view_channel",),
        "visionary": ("view_signupform", "add_signupform", "change_signupform", "view_jurisdiction"),
        "troubadour": ("view_signupform", "add_signupform", "change_signupform", "view_jurisdiction"),
        "counselor": ("view_signupform", "view_jurisdiction", "change_jurisdiction", "approve_rulesheet"),
        "agent": ("view_channel", "settle_transmission", "replay_rawevent", "view_rawevent", "decide_optoutwish"),
    },
    # The customer.
    "profiles": {
        "architect": (*BRINGING_PEOPLE_IN, *DECLARING),
        "visionary": (*BRINGING_PEOPLE_IN, "export_people", *DECLARING),
        "counselor": (
            "view_peopleimport",
            "view_attributedefinition",
            "export_people",
            "view_profile",
            "view_identity",
            "merge_profile",
            "view_sensitive",
            "view_consent",
            "change_consent",
            "view_suppression",
            "add_suppression",
            "change_suppression",
            "view_company",
            "view_deal",
            "view_datarequest",
            "add_datarequest",
            "answer_datarequest",
            "view_legalhold",
            "add_legalhold",
            "change_legalhold",
        ),
        "merchant": (
            "view_profile",
            "view_identity",
            "view_consent",
            *RELATING,
            "view_deal",
            "add_deal",
            "change_deal",
            "hold_marketing",
        ),
        "agent": (
            "view_profile",
            "view_identity",
            "merge_profile",
            "change_profile",
            "view_sensitive",
            "view_consent",
            "change_consent",
            *RELATING,
            "view_deal",
            "view_datarequest",
            "add_datarequest",
        ),
    },
    # The operating model.
    "operations": {
        "benefactor": (
            *READING_THE_PLAN,
            "view_adoption",
            "waive_item",
            "sign_valueentry",
            "approve_milestone",
            "waive_requirement",
        ),
        "architect": (
            *READING_THE_PLAN,
            "view_adoption",
            "waive_item",
            "set_target",
            "change_method",
            *DRAWING,
            "change_requirement",
            "waive_requirement",
            *WORKING_ITEMS,
        ),
        "master-builder": (*READING_THE_PLAN, "add_valueentry", *PLANNING, *WORKING_ITEMS),
        "builder": (*READING_THE_PLAN, *WORKING_ITEMS),
        "visionary": (*READING_THE_PLAN, "view_adoption", "change_method", "add_valueentry", *REQUIRING),
        "troubadour": READING_THE_PLAN,
        "counselor": (*READING_THE_PLAN, "view_adoption"),
        "merchant": ("view_requirement", "add_requirement"),
        "shepherd": (*READING_THE_PLAN, "view_adoption", "change_adoption", "change_method", "add_requirement"),
        "agent": ("view_requirement", "add_requirement"),
        "moderator": (*READING_THE_PLAN, "add_requirement"),
        ADMINISTRATOR: (*READING_THE_PLAN, "view_adoption"),
    },
    # Conversation.
    "conversations": {
        "architect": ARRANGING,
        ADMINISTRATOR: ARRANGING,
        "merchant": ("view_conversation", "change_conversation"),
        "agent": ("view_conversation", "change_conversation"),
    },
    # Collaboration.
    "collaboration": {
        "benefactor": WORKING,
        "architect": WORKING,
        "master-builder": WORKING,
        "builder": WORKING,
        "visionary": (*WORKING, "view_approvalrequest"),
        "troubadour": (*WORKING, "view_approvalrequest"),
        "counselor": (*WORKING, "view_approvalrequest", "decide_approval", "view_note"),
        "merchant": (*WORKING, *HANDING_OVER, *NOTING),
        "shepherd": WORKING,
        "agent": (*WORKING, *HANDING_OVER, *NOTING),
        "moderator": WORKING,
        ADMINISTRATOR: WORKING,
    },
    # Content.
    "content": {
        "visionary": ("view_template",),
        "troubadour": ("view_template", "add_template", "change_template"),
        "counselor": ("view_template",),
    },
    # Campaign.
    "campaigns": {
        "benefactor": ("view_campaign",),
        "visionary": (
            "view_segment",
            "add_segment",
            "change_segment",
            "view_campaign",
            "add_campaign",
            "change_campaign",
            "launch_campaign",
            "view_recipient",
            "view_universalholdout",
            "add_universalholdout",
            "change_universalholdout",
        ),
        "troubadour": (
            "view_segment",
            "add_segment",
            "change_segment",
            "view_campaign",
            "add_campaign",
            "change_campaign",
            "launch_campaign",
            "view_recipient",
        ),
        "counselor": ("view_segment", "view_campaign", "view_recipient"),
        "merchant": ("view_recipient",),
        "agent": ("view_recipient",),
    },
    # Community.
    "community": {
        "moderator": (
            "view_space",
            "add_space",
            "change_space",
            "view_member",
            "moderate_community",
            "answer_as_staff",
        ),
        "agent": ("view_space", "view_member", "answer_as_staff"),
        "merchant": ("view_member",),
        "counselor": ("view_space", "view_member"),
    },
}


def _granted(slug: str) -> tuple[str, ...]:
    return tuple(f"{app}.{codename}" for app, roles in OFFERS.items() for codename in roles.get(slug, ()))


ROLES = tuple(DeclaredRole(slug, _granted(slug)) for slug in SLUGS)


def offered(app_label: str) -> list[tuple[str, str]]:
    """Return (role's slug, codename) for each permission of one app that a role starts with."""
    return [(slug, codename) for slug, codenames in OFFERS.get(app_label, {}).items() for codename in codenames]
