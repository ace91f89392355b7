"""What the actions of the audit trail are called. Other apps add theirs in ``apps.py``; others show their code."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

_names: dict[str, Any] = {
    "sign_in.succeeded": _("Signed in"),
    "sign_in.ended": _("Signed out"),
    "sign_in.failed": _("Failed to sign in"),
    "sign_in.locked_out": _("Guessed too often; sign-in paused"),
    "sign_in.refused": _("Turned away: not invited"),
    "password.changed": _("Changed their password"),
    "password.reset": _("Set a password by a mailed link"),
    "password.link_sent": _("Mailed a link for a new password"),
    "second_factor.added": _("Switched two-step sign-in on"),
    "second_factor.removed": _("Switched two-step sign-in off"),
    "second_factor.renewed": _("Made new recovery codes"),
    "second_factor.failed": _("Typed a wrong code"),
    "session.ended": _("Ended a session"),
    "session.others_ended": _("Ended their other sessions"),
    "session.all_ended": _("Signed a person out everywhere"),
    "person.invited": _("Invited a person"),
    "person.changed": _("Changed a person"),
    "person.roles_changed": _("Changed a person's roles"),
    "person.departments_changed": _("Changed a person's departments"),
    "person.access_ended": _("Closed an account"),
    "person.work_handed_over": _("Handed over a person's work"),
    "person.work_released": _("Released what a person cannot reach any more"),
    "person.access_restored": _("Opened an account again"),
    "role.permissions_changed": _("Changed what a role may do"),
    "department.added": _("Added a department"),
    "department.changed": _("Changed a department"),
    "grant.given": _("Gave access to one thing"),
    "grant.taken": _("Took access to one thing away"),
    "api_token.made": _("Made an API token"),
    "api_token.revoked": _("Revoked an API token"),
}


def register(names: Mapping[str, Any]) -> None:
    """Add names: ``{"channel.paused": _("Paused a channel")}``."""
    _names.update(names)


def name_of(action: str) -> str:
    """Return the name of an action in the active language; its code when it has none."""
    return str(_names.get(action, action))
