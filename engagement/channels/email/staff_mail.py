"""Mail to our own people (a new password, for example): Django's EMAIL_BACKEND.

It leaves through the server of ``SMTP_URL``. Without one it leaves through the first mailbox, if that has a server of
its own: a new organization has no other way to reach its team (ADR 0071). Else the built-in catcher keeps it.
"""

from collections.abc import Sequence
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from engagement.channels.adapters import Accepted, Handover
from engagement.channels.email.email_settings import EmailSettings
from engagement.channels.email.sender import POOL
from engagement.channels.email.smtp_server import BadServerURL, NoServer, house_server, server_of
from engagement.channels.email.smtp_session import Letter
from engagement.channels.models import Channel
from engagement.organization.current import current_organization


class NotSent(OSError):
    """The mail server did not take a message, or there is none; the text says why."""


class StaffMailBackend(BaseEmailBackend):
    """Sends at once. It is not for customers: what they get goes through ``transmit``."""

    def __init__(self, fail_silently: bool = False, **options: Any) -> None:
        super().__init__(fail_silently=fail_silently)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send each message; return how many the server took. Raises NotSent unless ``fail_silently``."""
        mailbox = None if settings.SMTP_URL else _first_mailbox()
        try:
            server = server_of(mailbox) if mailbox else house_server()
        except (NoServer, BadServerURL) as error:
            raise NotSent(str(error)) from error
        sent = 0
        for message in email_messages:
            if not message.recipients():
                continue
            if mailbox is not None:  # its server takes no other sender
                message.from_email = formataddr((current_organization().display_name, mailbox.address))
            outcome = POOL.send(server, _letter(message), Handover(begin=lambda: True, observe=lambda _: None))
            if isinstance(outcome, Accepted):
                sent += 1
            elif not self.fail_silently:
                raise NotSent(getattr(outcome, "reply", "") or "no answer")
        return sent


def _first_mailbox() -> Channel | None:
    """Return the email channel that was made first, where it runs and sends through a server of its own."""
    first = Channel.objects.filter(kind="email").order_by("created_at", "key").first()
    if first is None or first.status != Channel.Status.ACTIVE or EmailSettings.from_channel(first).smtp is None:
        return None
    return first


def _letter(message: EmailMessage) -> Letter:
    content = message.message().as_bytes()  # the session makes the line ends CRLF
    recipients = [parseaddr(recipient)[1] for recipient in message.recipients()]
    return Letter(parseaddr(message.from_email)[1], recipients, content)
