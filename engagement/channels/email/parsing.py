"""From the raw bytes of a message to :class:`~engagement.channels.email.parsed.ParsedEmail`.

Nothing here looks at the outside world; the same bytes give the same result.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext_noop

from engagement.channels.email import bodies, bounces, classification, mime
from engagement.channels.email.addresses import Mailbox, parse_mailboxes
from engagement.channels.email.headers import Headers, date, message_ids
from engagement.channels.email.parsed import AutoKind, BounceReport, ParsedEmail, Unparsable
from engagement.channels.email.sender_check import MAX_HEADERS

MAX_ATTACHMENT_BYTES = 25 * 1024 * 1024
MAX_SUBJECT = 998
MAX_DEFECTS = 50
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
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    defects: list[str] = []
    root = mime.read(raw.lstrip(b"\r\n") if raw[:1] in b"\r\n" else raw, defects)
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
    suspected = classification.may_be_bounce(headers, address, null_sender=null_sender)
    certain = classification.is_bounce_by_header(headers)
    bounce = bounces.find(raw, content, suspected=suspected, certain=certain)
    if sender is None and bounce is None:
        raise Unparsable(gettext_noop("The message names no sender: there is nobody to answer."))
    auto = _auto(headers, address, null_sender, bounce, content)
    body = bodies.body(content, divide=auto not in _WRITTEN_BY_SERVERS)
    ids = message_ids(headers.first("message-id"))
    return ParsedEmail(
        message_id=ids[0] if ids else "",
        in_reply_to=message_ids(headers.first("in-reply-to")),
        references=message_ids(headers.first("references")),
        date=date(headers.first("date")),
        subject=" ".join(headers.text("subject").split())[:MAX_SUBJECT],
        sender=sender,
        reply_to=_mailboxes(headers, "reply-to"),
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
    )


def _auto(
    headers: Headers, address: str, null_sender: bool, bounce: BounceReport | None, content: bodies.Content
) -> AutoKind:
    return classification.classify(
        headers,
        sender=address,
        null_sender=null_sender,
        bounce=bounce,
        reports=frozenset(kind for kind, _ in content.reports),
    )


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
