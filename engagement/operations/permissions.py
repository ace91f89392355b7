"""Who may listen to the operating model's live topic."""

from engagement.village.models import User


def may_listen(user: User, rest: str) -> bool:
    """Whoever may read the checklist."""
    return rest == "all" and user.has_perm("operations.view_checklist")
