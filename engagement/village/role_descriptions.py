"""What each role is for, in a sentence."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from engagement.village.models import Role

DESCRIPTIONS: dict[str, Any] = {
    "benefactor": _("Executive sponsor: reads every report, signs value and waivers. Opens no customer's messages."),
    "architect": _("Solution architect: makes channels, queues, attributes and imports. Approves no content."),
    "master-builder": _("Project lead: tests and operates channels, replays what failed. Reads no messages."),
    "builder": _("Integration developer: uses the API and sees the channels and their state."),
    "visionary": _("Head of marketing: segments, campaigns, imports and exports. Launches only what is approved."),
    "troubadour": _("Content author: writes templates and campaigns. Never approves their own work."),
    "counselor": _("Legal: approves content, answers privacy requests, sets legal holds. Edits no text."),
    "merchant": _("Sales: deals, companies and own conversations; can hold marketing to a customer."),
    "shepherd": _("Adoption lead: follows the operating model and the tasks of the teams."),
    "agent": _("Customer care: answers the conversations of their queues, with notes, tasks and profiles."),
    "moderator": _("Community team: answers in the community and decides what is published."),
    "administrator": _("IT: invites people, sets roles, sign-in and the organization. Approves nothing by default."),
}


def describe_role(role: Role) -> str:
    """Return one sentence on what people with a role do: its own, else the one of the role that we ship."""
    texts = (role.description, role.description_pt)
    own = next((text for text in (texts[::-1] if _is_portuguese() else texts) if text), "")
    return own or str(DESCRIPTIONS.get(role.slug, ""))


def label_of(role: Role) -> str:
    """Return the role with its sentence, for a choice."""
    described = describe_role(role)
    return f"{role}: {described}" if described else str(role)


def _is_portuguese() -> bool:
    return (get_language() or "en").startswith("pt")
