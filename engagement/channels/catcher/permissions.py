"""Who may listen to the test mailbox."""

from engagement.channels.email.smtp_server import catches
from engagement.channels.models.caught import SEES_STAFF_MAIL
from engagement.village.models import User


def may_listen_to_mailbox(user: User, rest: str) -> bool:
    """Everybody hears of customers' mail while mail is caught; of the team's own, whoever may read it."""
    return catches() and (rest == "all" or (rest == "staff" and user.has_perm(SEES_STAFF_MAIL)))
