"""What the demo's customers' mail programs send: ordinary messages, an automatic answer, a bounce, rubbish."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from engagement.channels.email.addresses import Mailbox
from engagement.channels.email.composing import OutgoingAttachment, OutgoingEmail

_SOUND = "estalo, 0:23\ncadência livre: sim\npedalando: não\n"


def letter(
    given: dict[str, Any], said: dict[str, Any], *, name: str, to: str, answers: str, at: datetime, **more: Any
) -> OutgoingEmail:
    """Return a message of a demo customer; ``answers`` is the Message-ID that it replies to."""
    domain = given["address"].rpartition("@")[2]
    subject = given["subject"]
    file = said.get("attachment")
    return OutgoingEmail(
        message_id=f"demo.{name}@{domain}",
        from_=Mailbox(given["name"], given["address"]),
        to=(Mailbox("Pedralva", to),),
        cc=tuple(Mailbox("", address) for address in given.get("cc", ())),
        subject=f"Re: {subject}" if answers else subject,
        text=said["text"],
        html=said.get("html"),
        date=at,
        in_reply_to=answers,
        references=(answers,) if answers else (),
        attachments=(OutgoingAttachment(file, "text/plain", _SOUND.encode()),) if file else (),
        **more,
    )


def automatic(given: dict[str, Any], said: dict[str, Any], **where: Any) -> OutgoingEmail:
    """Return an automatic answer (RFC 3834)."""
    return letter(given, said, headers={"Auto-Submitted": "auto-replied", "Precedence": "auto_reply"}, **where)


def bounce_of_nobody(*, to: str, at: datetime) -> bytes:
    """Return a delivery report (RFC 3464) about a message that was never sent from here."""
    report = (
        "Reporting-MTA: dns; mx.tmail.example\r\n\r\n"
        "Final-Recipient: rfc822; vendas.antigas@tmail.example\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 No such user\r\n"
    )
    return (
        f"Return-Path: <>\r\nFrom: Mail Delivery System <mailer-daemon@tmail.example>\r\nTo: {to}\r\n"
        f"Subject: Undelivered Mail Returned to Sender\r\nDate: {format_datetime(at)}\r\n"
        "Message-ID: <demo.bounce@tmail.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThe address vendas.antigas@tmail.example is not known.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\n{report}\r\n--b--\r\n"
    ).encode()


def unreadable() -> bytes:
    """Return what no program could answer: a message from nobody."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = "FAX 0031"
    mail.set_content("%%EOF")
    return mail.as_bytes()
