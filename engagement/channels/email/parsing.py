"""From the raw bytes of a message to :class:`~engagement.channels.email.parsed.ParsedEmail`.

Nothing here looks at the outside world; the same bytes give the same result.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext_noop

from engagement.channels.email import bodies, bounces, classification, complaints, mime, provider_events
from engagement.channels.email.addresses import Mailbox, parse_mailboxes
from engagement.channels.email.headers import Headers, date, mend_line_ends, message_ids
from engagement.channels.email.machine_signs import MachineSigns, is_personal_address, read_machine_signs
from engagement.channels.email.nested import read_nested
from engagement.channels.email.parsed import (
    AutoKind,
    BouncedRecipient,
    BounceReport,
    Complaint,
    ParsedAttachment,
    ParsedEmail,
    Unparsable,
)
from engagement.channels.email.sender_check import MAX_HEADERS
from engagement.visible_text import visible_text

MAX_ATTACHMENT_BYTES = 25 * 1024 * 1024
MAX_SUBJECT = 998
MAX_DEFECTS = 50
MAX_REPORTS = 10
_WRITTEN_BY_SERVERS = frozenset(
    {
        AutoKind.BOUNCE,
        AutoKind.DELIVERY_DELAY,
        AutoKind.DISPOSITION_NOTIFICATION,
        AutoKind.FEEDBACK_REPORT,
        AutoKind.AUTO_GENERATED,
    }
)
_DELIVERY_FIELDS = (
    *("delivered-to", "x-original-to", "x-delivered-to", "envelope-to", "x-envelope-to", "x-forwarded-to"),
)
_NULL_PATHS = ("<>", "<MAILER-DAEMON>")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8})*")


def parse(
    raw: bytes, *, envelope_sender: str | None = None, max_attachment_bytes: int = MAX_ATTACHMENT_BYTES
) -> ParsedEmail:
    """Decode ``raw``. ``envelope_sender`` is SMTP's MAIL FROM (``""`` for ``<>``) where it is known.

    Raises Unparsable, and nothing else, whatever the bytes are: when there is nothing, no header at all,
    or nobody who sent it. A bounce needs no sender.
    """
    if not raw.strip():
        raise Unparsable(gettext_noop("The message is empty."))
    raw = mend_line_ends(raw)
    defects: list[str] = []
    root = mime.read(raw.lstrip() if raw[:1].isspace() else raw, defects)
    if not root.headers:
        raise Unparsable(gettext_noop("The message has no header: neither a sender nor a subject can be told."))
    return _parsed(raw, root, envelope_sender, max_attachment_bytes, defects)


def _parsed(
    raw: bytes, root: mime.Part, envelope_sender: str | None, max_attachment_bytes: int, defects: list[str]
) -> ParsedEmail:
    headers = root.headers
    content = bodies.collect(root, max_attachment_bytes=max_attachment_bytes, defects=defects)
    null_sender = _has_null_sender(headers, envelope_sender)
    sender = _sender(headers, envelope_sender)
    address = sender.address if sender else headers.first("from")
    signs = read_machine_signs(
        headers,
        address=address,
        name=sender.name if sender else "",
        envelope_sender=envelope_sender or "",
        null_sender=null_sender,
    )
    bounce = bounces.find(raw, content, headers, signs=signs)
    complaint = complaints.find_complaint(content, headers, sender=address, signs=signs)
    subject = visible_text(headers.text("subject"))[:MAX_SUBJECT]
    body = bodies.body(content, divide=bounce is None and complaint is None, subject=subject)
    if bounce is None and complaint is None:
        bounce, complaint = _provider_report(body.text, signs, address)
    if sender is None and bounce is None and complaint is None:
        raise Unparsable(gettext_noop("The message names no sender: there is nobody to answer."))
    reply_to = _mailboxes(headers, "reply-to")
    auto = classification.classify(
        headers,
        sender=address,
        text=body.split.visible,
        reply_to=tuple(mailbox.address for mailbox in reply_to),
        signs=signs,
        bounce=bounce,
        complaint=complaint,
        reports=frozenset(kind for kind, _ in content.reports),
    )
    if auto in _WRITTEN_BY_SERVERS and (
        body.split.quoted + body.split.signature + body.html_quoted or body.forward is not None
    ):
        body = bodies.body(content, divide=False)
    elif content.reports and not signs.is_machine:
        content.attachments.extend(_forwarded_report(kind, data) for kind, data in content.reports[:MAX_REPORTS])
    ids = message_ids(headers.first("message-id"))
    return ParsedEmail(
        message_id=ids[0] if ids else "",
        in_reply_to=message_ids(headers.first("in-reply-to")),
        references=message_ids(headers.first("references")),
        date=date(headers.first("date")),
        subject=subject,
        sender=sender,
        reply_to=reply_to,
        to=_mailboxes(headers, "to"),
        cc=_mailboxes(headers, "cc"),
        delivered_to=_delivered_to(headers),
        text=body.text,
        visible_text=body.split.visible,
        quoted_text=body.split.quoted,
        signature=body.split.signature,
        html=body.html,
        html_visible=body.html_visible,
        html_quoted=body.html_quoted,
        remote_images=body.remote_images,
        attachments=tuple(content.attachments),
        oversized=tuple(content.oversized),
        calendar=tuple(content.calendar),
        language=_language(headers),
        auto=auto,
        bounce=bounce,
        suppresses_replies=classification.suppresses_replies(headers),
        loop_markers=classification.loop_markers(headers),
        defects=tuple(dict.fromkeys(defects))[:MAX_DEFECTS],
        authentication_results=tuple(headers.every("authentication-results"))[:MAX_HEADERS],
        plain_text=body.plain_text,
        is_formatted=body.is_formatted,
        prefers_text=body.prefers_text,
        marks=frozenset(content.marks),
        forward=body.forward,
        messages=read_nested(content.messages, max_attachment_bytes=max_attachment_bytes, defects=defects),
        complaint=complaint,
        list_addresses=classification.list_addresses(headers),
        original_sender=_first_mailbox(headers, "x-original-from", "x-original-sender"),
    )


def _provider_report(text: str, signs: MachineSigns, sender: str) -> tuple[BounceReport | None, Complaint | None]:
    """What a provider of sending tells as JSON; never from somebody's mailbox at a public provider."""
    if is_personal_address(sender):
        return None, None
    events = provider_events.read_events(text, by_machine=signs.is_machine or signs.is_robot)
    complained = [event for event in events if event.kind == "complaint"]
    if complained:
        addresses = [address for event in complained for address in event.addresses]
        return None, Complaint(tuple(addresses), tuple(name for event in complained for name in event.message_ids))
    recipients = [
        BouncedRecipient(address, "failed", "", event.detail, event.is_permanent)
        for event in events
        for address in event.addresses
    ]
    names = [name for event in events for name in event.message_ids]
    if not events:
        return None, None
    return BounceReport(tuple(recipients), names[0] if names else "", detail=events[0].detail), None


def _forwarded_report(kind: str, data: bytes) -> ParsedAttachment:
    """A machine-readable part that a person forwards is a file like any other."""
    name = f"{kind.rpartition('/')[2]}.txt"
    return ParsedAttachment(filename=name, declared_type="text/plain", sniffed_type="text/plain", content=data)


def _has_null_sender(headers: Headers, envelope_sender: str | None) -> bool:
    """SMTP's empty reverse path, which only automatic mail uses (RFC 5321 section 4.5.5)."""
    if envelope_sender is not None:
        return envelope_sender.strip("<> ") == ""
    return any("".join(value.split()).upper() in _NULL_PATHS for value in headers.every("return-path"))


def _sender(headers: Headers, envelope_sender: str | None) -> Mailbox | None:
    """The writer: From, else who sent it for them, else where answers go, else SMTP's sender."""
    for name in ("from", "sender", "reply-to", "return-path", "envelope-from", "x-envelope-from"):
        found = _mailboxes(headers, name)
        if found:
            return found[0]
    found = parse_mailboxes(envelope_sender or "")
    return found[0] if found else None


def _first_mailbox(headers: Headers, *names: str) -> Mailbox | None:
    return next((mailbox for name in names for mailbox in _mailboxes(headers, name)), None)


def _mailboxes(headers: Headers, name: str) -> tuple[Mailbox, ...]:
    found = [mailbox for value in headers.every(name) for mailbox in parse_mailboxes(value)]
    return tuple(dict.fromkeys(found))


def _delivered_to(headers: Headers) -> tuple[str, ...]:
    """The mailboxes it was delivered to, as mail servers note it: more reliable than To."""
    found = [mailbox.address for name in _DELIVERY_FIELDS for mailbox in _mailboxes(headers, name)]
    return tuple(dict.fromkeys(found))


def _language(headers: Headers) -> str:
    match = _LANGUAGE.match(headers.first("content-language").strip())
    return match[0][:35] if match else ""
