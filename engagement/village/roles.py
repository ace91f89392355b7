"""The roles of the village and what each may do from the first day.

The table is what we *offer*: an administrator may take a permission away from a role, or give it another,
and keeps that choice through every later migration (see ``grants.py``). Work on queues and on connections is
granted as object permissions instead (``actions/grant.py``): ``conversations.work_queue`` stands in no row.
"""

from dataclasses import dataclass

ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class DeclaredRole:
    """A role: its slug, the permissions (``app_label.codename``) that it starts with."""

    slug: str
    permissions: tuple[str, ...] = ()


# Roles without permissions wait for the rooms that theirs will open; until then they enter none.
ROLES = (
    DeclaredRole("benefactor"),
    DeclaredRole(
        "architect",
        (
            "engagement_channels.view_channel",
            "engagement_channels.add_channel",
            "engagement_channels.change_channel",
            "api.use_api",
        ),
    ),
    DeclaredRole(
        "master-builder",
        (
            "engagement_channels.view_channel",
            "engagement_channels.operate_channel",
            "engagement_channels.replay_rawevent",
            "engagement_channels.settle_transmission",
            "events.view_outboxevent",
            "events.change_outboxevent",
            "api.use_api",
        ),
    ),
    DeclaredRole("builder", ("engagement_channels.view_channel", "api.use_api")),
    DeclaredRole("visionary"),
    DeclaredRole("troubadour"),
    DeclaredRole("counselor", ("profiles.view_profile", "profiles.view_identity")),
    DeclaredRole(
        "merchant",
        (
            "profiles.view_profile",
            "profiles.view_identity",
            "conversations.view_conversation",
            "conversations.change_conversation",
        ),
    ),
    DeclaredRole("shepherd"),
    DeclaredRole(
        "agent",
        (
            "profiles.view_profile",
            "profiles.view_identity",
            "conversations.view_conversation",
            "conversations.change_conversation",
            "engagement_channels.view_channel",
            "engagement_channels.settle_transmission",
            "engagement_channels.replay_rawevent",
            "engagement_channels.view_rawevent",
            "api.use_api",
        ),
    ),
    DeclaredRole("moderator"),
    DeclaredRole(
        ADMINISTRATOR,
        (
            "village.view_user",
            "village.add_user",
            "village.change_user",
            "village.view_role",
            "village.change_role",
            "village.view_department",
            "village.add_department",
            "village.change_department",
            "village.view_auditentry",
        ),
    ),
)


def offered(app_label: str) -> list[tuple[str, str]]:
    """Return (role's slug, codename) for each permission of one app that a role starts with."""
    return [
        (role.slug, name.partition(".")[2])
        for role in ROLES
        for name in role.permissions
        if name.partition(".")[0] == app_label
    ]
