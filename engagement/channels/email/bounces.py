"""Delivery reports: RFC 3464 where mail servers keep to it, kinds of phrase and flufl.bounce where they do not.

Nothing is a bounce because of its words alone: a machine's sign must be there (``machine_signs``).
"""

from __future__ import annotations

import logging
import re
from email import message_from_bytes

from flufl.bounce import all_failures

from engagement.channels.email import bounce_text, charsets, diagnosis, html_text, sanitising, vacation_words
from engagement.channels.email.bodies import Content
from engagement.channels.email.bounce_text import Notice
from engagement.channels.email.headers import Headers, decode_words, message_ids, parameters, split_fields
from engagement.channels.email.machine_signs import MachineSigns
from engagement.channels.email.parsed import BouncedRecipient, BounceReport

MAX_RECIPIENTS = 500
MAX_SCANNED = 128 * 1024
# Words that some servers write instead of RFC 3464's own.
_ACTIONS = {
    "failure": "failed",
    "fail": "failed",
    "error": "failed",
    "bounced": "failed",
    "undeliverable": "failed",
    "delay": "delayed",
    "warning": "delayed",
}
_KNOWN_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")  # RFC 3464 section 2.3.3
_REJECTED = re.compile(rb"(?im)^disposition:[^\r\n]{0,200}\b(?:deleted|denied|failed)")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_MESSAGE_ID = re.compile(rb"(?im)^[ \t>]{0,8}message-id:\s{0,20}(<[^<>\s]{1,900}>)")
_ASCII_ONLY = bytes(range(128)) + b"?" * 128
_SUCCESS = re.compile(
    r"success|has been (?:read|delivered)|foi (?:entregue|lida)|entregad[oa] correct|zugestellt\b", re.IGNORECASE
)
_HAS_SENDER = re.compile(rb"(?im)^from:[^\r\n]{0,300}@")
_NAMED = re.compile(
    rb"(?im)^[ \t>]{0,4}(?:original|final)-recipient:[ \t]{0,4}[a-z0-9-]{1,20}[ \t]{0,4};[ \t<]{0,4}([^<>\s]{3,320})"
)
# A detector that stumbles over broken input is logged by the library as an error of its own and raised as
# well; here it is one more message without a recognised bounce.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)
# What broken input makes flufl.bounce and the standard library's parser raise.
_PARSER_ERRORS = (
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
    OverflowError,
)


def find(raw: bytes, content: Content, headers: Headers, *, signs: MachineSigns) -> BounceReport | None:
    """The report that ``raw`` carries, or None. A person's letter is none, whatever it quotes or forwards."""
    if not (signs.is_machine or signs.is_robot or signs.is_gateway) or _is_feedback(content):
        return None
    standard = _standard(content) if signs.is_machine else []
    if not standard and _is_receipt(content):
        return None
    notice = bounce_text.read_notice(_text_of(raw, content, headers))
    if standard:
        recipients = [_explained(recipient, notice) for recipient in standard]
    elif _is_bounce(raw, content, headers, notice, signs):
        recipients = _unstandardised(raw, content, headers, notice, signs)
    else:
        return None
    return BounceReport(
        tuple(recipients[:MAX_RECIPIENTS]),
        _original_id(raw, content),
        action="delayed" if bounce_text.is_delay(headers.text("subject"), notice) else "failed",
        detail=bounce_text.explain(notice, ""),
    )


def _is_feedback(content: Content) -> bool:
    return any(kind.endswith("feedback-report") for kind, _ in content.reports)


def _is_receipt(content: Content) -> bool:
    """A disposition notification, unless it says that the message was thrown away unread."""
    receipts = [data for kind, data in content.reports if kind.endswith("disposition-notification")]
    return bool(receipts) and not any(_REJECTED.search(data[:MAX_SCANNED]) for data in receipts)


def _is_bounce(raw: bytes, content: Content, headers: Headers, notice: Notice, signs: MachineSigns) -> bool:
    """Whether what a machine wrote tells of a failed or delayed delivery.

    The weaker the sign, the more must be said: an answering machine has a null reverse-path as well.
    """
    subject = headers.text("subject")
    fields = bounce_text.has_status_fields(raw[:MAX_SCANNED])
    fails = bounce_text.says_failure(subject) or notice.says_failure
    copy = notice.has_copy or bool(content.originals)
    if signs.is_server:
        if signs.has_return_address and not signs.is_report:
            return fields or copy or (fails and bool(_whom(notice, headers)))  # postmasters are people as well
        if fields or fails or notice.has_reply or bool(content.originals):
            return True
        # In whatever language: a server without a return address that names somebody else tells what became of it.
        return signs.null_sender and signs.is_daemon and bool(_whom(notice, headers)) and not _succeeded(notice)
    if vacation_words.is_auto_reply(headers, "\n".join(notice.lines), null_sender=signs.null_sender):
        return fields or (copy and notice.has_reply)
    if signs.null_sender:
        return (
            fields
            or (fails and (copy or notice.has_reply or bool(bounce_text.addresses_in(notice))))
            or (copy and notice.has_reply)
        )
    told = bounce_text.says_failure(subject) and (bool(content.originals) or notice.has_reply)
    return (fields and fails) or (told and copy)


def _text_of(raw: bytes, content: Content, headers: Headers) -> str:
    """What is to be read in the message; its source below the header where no part could be made out."""
    texts = [
        segment.text or html_text.to_text(sanitising.sieve(segment.html[:MAX_SCANNED])) for segment in content.segments
    ]
    text = "\n\n".join(text for text in texts if text.strip())
    if text.strip():
        return text[:MAX_SCANNED]
    body = raw[split_fields(raw.lstrip(b"\r\n"))[1] :][:MAX_SCANNED].replace(b"\r\n", b"\n")
    _, options = parameters(headers.first("content-type"))
    return charsets.clean(charsets.decode(body, options.get("charset", ""))[0])


def _standard(content: Content) -> list[BouncedRecipient]:
    found: list[BouncedRecipient] = []
    for kind, data in content.reports:
        if kind.endswith("delivery-status"):
            for block in re.split(rb"\r?\n[ \t]*\r?\n", data[: 4 * MAX_SCANNED]):
                recipient = _recipient(Headers(split_fields(block.lstrip(b"\r\n"))[0]))
                if recipient is not None and len(found) < MAX_RECIPIENTS:
                    found.append(recipient)
    return found


def _recipient(fields: Headers) -> BouncedRecipient | None:
    """One group of per-recipient fields (RFC 3464 section 2.3)."""
    address = _typed(fields.first("original-recipient")) or _typed(fields.first("final-recipient"))
    action = fields.first("action").strip().lower().partition(" ")[0]
    if not address or not (action or "status" in fields):
        return None
    diagnostic = _typed(decode_words(fields.first("diagnostic-code")))
    match = _STATUS.search(fields.first("status")) or _STATUS.search(diagnostic)
    status = match[0] if match else ""
    action = _ACTIONS.get(action, action) or _action_of(status)
    if action not in _KNOWN_ACTIONS:
        action = _action_of(status) or "failed"
    permanent = action == "failed" and not status.startswith("4")
    final = _typed(fields.first("final-recipient"))
    other = _tidy(final) if final and _tidy(final) != _tidy(address) else ""
    return BouncedRecipient(_tidy(address), action, status, diagnostic[:2_000], permanent, other)


def _tidy(address: str) -> str:
    return address.strip("<> \t")[:320]


def _action_of(status: str) -> str:
    return {"5": "failed", "4": "delayed", "2": "delivered"}.get(status[:1], "")


def _typed(value: str) -> str:
    """``rfc822;ana@example.com`` without its type."""
    kind, semicolon, rest = value.partition(";")
    return (rest if semicolon else kind).strip()


def _explained(recipient: BouncedRecipient, notice: Notice) -> BouncedRecipient:
    """A report that gives no diagnostic often says the reason in words above."""
    if recipient.diagnostic or recipient.action not in ("failed", "delayed"):
        return recipient
    said = bounce_text.explain(notice, recipient.address)
    return BouncedRecipient(
        recipient.address, recipient.action, recipient.status, said, recipient.permanent, recipient.other_address
    )


def _unstandardised(
    raw: bytes, content: Content, headers: Headers, notice: Notice, signs: MachineSigns
) -> list[BouncedRecipient]:
    """Whom it is about, from the surest place that names anybody."""
    delayed, failed = _found_by_flufl(raw) if signs.null_sender or signs.is_server else (set(), set())
    named = [match.decode("utf-8", "replace") for match in _NAMED.findall(raw[:MAX_SCANNED])]
    listed = headers.first("x-failed-recipients").replace(",", " ").split()
    told = _whom(notice, headers)
    addresses = dict.fromkeys(filter(None, map(_tidy, [*listed, *named, *sorted(failed), *sorted(delayed)])))
    chosen = [address for address in addresses if "@" in address] or told
    is_late = bounce_text.is_delay(headers.text("subject"), notice)
    found = []
    for address in chosen[:MAX_RECIPIENTS]:
        detail = bounce_text.explain(notice, address)
        late = is_late or (address in delayed and address not in failed)
        status = match[0] if (match := _STATUS.search(detail)) else ""
        cause = diagnosis.diagnose(detail)
        permanent = not late and not status.startswith("4") and cause is not diagnosis.Cause.SOFT
        found.append(
            BouncedRecipient(
                address, "delayed" if late else "failed", status, detail, permanent or (not late and address in failed)
            )
        )
    return found


def _whom(notice: Notice, headers: Headers) -> list[str]:
    """The addresses that a server names, but for the server's and those that it writes to."""
    ours = {one.lower() for one in _addresses(headers.first("to"))}
    return [address for address in bounce_text.addresses_in(notice) if _may_have_bounced(address, ours, headers)]


def _succeeded(notice: Notice) -> bool:
    return any(_SUCCESS.search(line) for line in notice.lines)


def _addresses(value: str) -> list[str]:
    return bounce_text.addresses_in(Notice((value[: bounce_text.MAX_LINE],), has_copy=False))


def _may_have_bounced(address: str, ours: set[str], headers: Headers) -> bool:
    local = address.lower().partition("@")[0]
    return (
        address.lower() not in ours
        and address.lower() not in headers.first("from").lower()
        and local not in ("postmaster", "mailer-daemon", "abuse", "support", "noreply", "no-reply")
    )


def _found_by_flufl(raw: bytes) -> tuple[set[str], set[str]]:
    """Delayed and failed addresses by flufl.bounce's collection of servers' habits."""
    try:
        temporary, permanent = all_failures(message_from_bytes(_tame(raw[:MAX_SCANNED])))
    except _PARSER_ERRORS:
        return set(), set()
    failed = {_address(item) for item in permanent} - {""}
    return {_address(item) for item in temporary} - {""} - failed, failed


def _tame(raw: bytes) -> bytes:
    """``raw`` as flufl.bounce's detectors expect it: ASCII only, and with a sender that can be parsed."""
    raw = raw.translate(_ASCII_ONLY)
    return raw if _HAS_SENDER.search(raw[:65_536]) else b"From: mailer-daemon@invalid\n" + raw


def _address(item: bytes | str) -> str:
    text = item.decode("utf-8", "replace") if isinstance(item, bytes) else item
    tidy = text.strip("<> \t\r\n").replace("\x00", "")[:320]
    return tidy if re.fullmatch(r"[^\s\"{}:,;]{1,250}@[^\s\"{}:,;@]{1,250}", tidy) else ""


def _original_id(raw: bytes, content: Content) -> str:
    """The Message-ID of the message that came back: from the copy of it, attached or merely pasted."""
    for original in content.originals:
        ids = message_ids(Headers(split_fields(original.lstrip(b"\r\n"))[0]).first("message-id"))
        if ids:
            return ids[0]
    own = raw.find(b"\n\n") if b"\r\n" not in raw[:2_000] else raw.find(b"\r\n\r\n")
    found = _MESSAGE_ID.search(raw, max(own, 0), max(own, 0) + 4 * MAX_SCANNED)
    return message_ids(found[1].decode("utf-8", "replace"))[0] if found else ""
