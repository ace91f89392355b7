"""A mail server that takes nothing."""

from django.core.mail.backends.base import BaseEmailBackend


class Backend(BaseEmailBackend):
    """Refuses every message as a server does."""

    def send_messages(self, email_messages):
        """Raise what the house's own backend raises: an OSError."""
        raise OSError("450 4.2.1 try again later")
