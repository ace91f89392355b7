"""Mail to our own people (a new password, for example), through the house's server: Django's EMAIL_BACKEND."""

from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from engagement.channels.adapters import Accepted, Handover
from engagement.channels.email.sender import POOL
from engagement.channels.email.smtp_server import house_server
from engagement.channels.email.smtp_session import Letter


class NotSent(OSError):
    """The house's mail server did not take a message; the text is its answer."""


class StaffMailBackend(BaseEmailBackend):
    """Sends at once. It is not for customers: what they get goes through ``transmit``."""

    def __init__(self, fail_silently: bool = False, **options: Any) -> None:
        super().__init__(fail_silently=fail_silently)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send each message; return how many the server took. Raises NotSent unless ``fail_silently``."""
        server = house_server()
        sent = 0
        for message in email_messages:
            if not message.recipients():
                continue
            outcome = POOL.send(server, _letter(message), Handover(begin=lambda: True, observe=lambda _: None))
            if isinstance(outcome, Accepted):
                sent += 1
            elif not self.fail_silently:
                raise NotSent(getattr(outcome, "reply", "") or "no answer")
        return sent


def _letter(message: EmailMessage) -> Letter:
    content = message.message().as_bytes()  # the session makes the line ends CRLF
    recipients = [parseaddr(recipient)[1] for recipient in message.recipients()]
    return Letter(parseaddr(message.from_email)[1], recipients, content)
