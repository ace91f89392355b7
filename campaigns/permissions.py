"""Who may listen to the live topics of campaigns."""

from engagement.village.models import User


def may_listen(user: User, _rest: str) -> bool:
    """Whoever may look at campaigns."""
    return user.has_perm("campaigns.view_campaign")
