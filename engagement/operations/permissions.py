"""Who may listen to the operating model's live topics."""

from engagement.village.models import User


def may_listen(user: User, rest: str) -> bool:
    """Whoever may read the checklist, or the blueprint and what is required of it."""
    if rest == "blueprint":
        return user.has_perm("operations.view_component") or user.has_perm("operations.view_requirement")
    return rest == "all" and user.has_perm("operations.view_checklist")
