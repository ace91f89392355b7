"""The customer's mailbox: who got mail, and what one customer got and wrote."""

from dataclasses import dataclass

from django.db.models import Count, Q

from engagement.channels.email.parsed import ParsedAttachment, ParsedEmail, Unparsable
from engagement.channels.email.parsing import parse
from engagement.channels.models import CaughtMail
from engagement.village.models import User

CUSTOMERS = 100
MESSAGES = 50


@dataclass(frozen=True, slots=True)
class MailboxRow:
    """A customer with the newest message; ``unopened`` is how many nobody has looked at."""

    newest: CaughtMail
    unopened: int


@dataclass(frozen=True, slots=True)
class ShownMail:
    """A message as the customer's mail program shows it; ``parsed`` is None when it cannot be read."""

    mail: CaughtMail
    parsed: ParsedEmail | None

    @property
    def header(self) -> str:
        """The header as it stands in the message."""
        head = bytes(self.mail.body).replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        return head.decode("utf-8", "replace").replace("\x00", "")

    @property
    def files(self) -> list[tuple[int, ParsedAttachment]]:
        """The attachments with their numbers."""
        return list(enumerate(self.parsed.attachments)) if self.parsed else []


def customers(user: User) -> list[MailboxRow]:
    """Return the mailboxes that the person may open, the one with the newest message first."""
    newest = CaughtMail.objects.visible_to(user).defer("body").order_by("customer", "-key").distinct("customer")
    found = sorted(newest, key=lambda mail: mail.key, reverse=True)[:CUSTOMERS]
    counted = (
        CaughtMail.objects.filter(Q(is_open=False), customer__in=[mail.customer for mail in found])
        .order_by("customer")
        .values_list("customer")
        .annotate(unopened=Count("key"))
    )
    unopened = dict(counted)
    return [MailboxRow(mail, unopened.get(mail.customer, 0)) for mail in found]


def messages_of(customer: str, user: User) -> list[ShownMail]:
    """Return the last messages of a mailbox that the person may read, the oldest first."""
    rows = CaughtMail.objects.visible_to(user).filter(customer=customer).order_by("-key")[:MESSAGES]
    return [show(row) for row in reversed(rows)]


def show(mail: CaughtMail) -> ShownMail:
    """Return one message, read."""
    try:
        return ShownMail(mail, parse(bytes(mail.body)))
    except Unparsable:
        return ShownMail(mail, None)
