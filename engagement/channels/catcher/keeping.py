"""Put a message into customers' mailboxes; write one in a customer's name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from engagement.channels.adapters import Accepted, Handover
from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.composing import OutgoingAttachment, OutgoingEmail, compose
from engagement.channels.email.parsed import ParsedEmail, Unparsable
from engagement.channels.email.parsing import parse
from engagement.channels.email.sender import POOL
from engagement.channels.email.smtp_server import SmtpServer
from engagement.channels.email.smtp_session import Letter
from engagement.channels.models import CaughtMail
from engagement.channels.models.caught import staff_addresses
from engagement.keys import new_key
from engagement.realtime.topics import poke

TOPIC = "mailbox:all"  # customers' mail changed
STAFF_TOPIC = "mailbox:staff"  # any mail changed, also what the team itself was sent
_EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - compared, not bound


class NotTaken(ValueError):
    """Our own listener did not take a customer's message; the text is its answer."""


@dataclass(frozen=True, slots=True)
class CustomerLetter:
    """What somebody writes in a customer's name."""

    customer: Mailbox
    to: Mailbox
    title: str
    text: str
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    files: tuple[OutgoingAttachment, ...] = ()


def keep(*, delivery: UUID, sender: str, recipients: Sequence[str], body: bytes, now: datetime) -> int:
    """Keep one message in the mailbox of each recipient; return how many rows are new. Safe to repeat."""
    found = _read(body)
    shown = f"{found.sender.name} <{found.sender.address}>" if found and found.sender else sender
    customers = sorted({_clean(one).lower()[:320] for one in recipients})
    staff = set(staff_addresses().filter(email__in=customers))
    rows = [
        CaughtMail(
            at=now,
            for_staff=customer in staff,
            customer=customer,
            delivery=delivery,
            envelope={"mail_from": _clean(sender), "rcpt_to": [_clean(one) for one in recipients]},
            body=body,
            sender=shown.strip()[:500],
            title=found.subject[:500] if found else "",
        )
        for customer in customers
    ]
    with transaction.atomic():
        before = CaughtMail.objects.filter(delivery=delivery).count()
        CaughtMail.objects.bulk_create(rows, ignore_conflicts=True)
        poke(STAFF_TOPIC)
        if staff != set(customers):
            poke(TOPIC)
    return len(rows) - before


def write_as_customer(*, letter: CustomerLetter, now: datetime) -> CaughtMail:
    """Send a message to our own listener over SMTP, as the customer's mail program would, and keep a copy.

    Raises NotTaken; UnsafeHeader and InvalidAddress of the composing.
    """
    domain = letter.customer.address.rpartition("@")[2]
    body = compose(
        OutgoingEmail(
            message_id=f"{new_key()}@{domain if domain.isascii() else 'localhost'}",
            from_=letter.customer,
            to=(letter.to,),
            subject=letter.title,
            text=letter.text,
            date=now,
            in_reply_to=letter.in_reply_to,
            references=letter.references,
            attachments=letter.files,
        )
    )
    envelope = Letter(letter.customer.address, [letter.to.address], body)
    outcome = POOL.send(own_listener(), envelope, Handover(begin=lambda: True, observe=lambda _: None))
    if not isinstance(outcome, Accepted):
        raise NotTaken(getattr(outcome, "reply", "") or "no answer")
    with transaction.atomic():
        row = CaughtMail.objects.create(
            at=now,
            customer=letter.customer.address.lower(),
            for_staff=staff_addresses().filter(email=letter.customer.address.lower()).exists(),
            direction=CaughtMail.Direction.OUT,
            delivery=new_key(),
            envelope={"mail_from": letter.customer.address, "rcpt_to": [letter.to.address]},
            body=body,
            sender=f"{letter.customer.name} <{letter.customer.address}>".strip()[:500],
            title=letter.title[:500],
            is_open=True,
        )
        poke(TOPIC)
        poke(STAFF_TOPIC)
    return row


def mark_open(*, customer: str) -> int:
    """Say that somebody has looked at a customer's mailbox; return how many messages were new."""
    return CaughtMail.objects.filter(customer=customer, is_open=False).update(is_open=True)


def own_listener() -> SmtpServer:
    """Return where our own mail listener listens, as seen from this machine."""
    host = settings.INBOUND_SMTP_HOST
    return SmtpServer("127.0.0.1" if host in _EVERYWHERE else host, settings.INBOUND_SMTP_PORT, tls="never")


def _read(body: bytes) -> ParsedEmail | None:
    try:
        return parse(body)
    except Unparsable:
        return None


def _clean(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
