"""News for the people who work here: on the page at once, and by e-mail as each of them wishes."""

from collaboration.notifications.notifying import notify
from collaboration.notifications.seeing import see, see_all

__all__ = ["notify", "see", "see_all"]
