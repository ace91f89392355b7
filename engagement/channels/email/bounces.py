"""Delivery reports: RFC 3464 where mail servers keep to it, flufl.bounce's collection where they do not."""

from __future__ import annotations

import logging
import re
from email import message_from_bytes

from flufl.bounce import all_failures

from engagement.channels.email.bodies import Content
from engagement.channels.email.headers import Headers, decode_words, message_ids, split_fields
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
_REJECTED = re.compile(rb"(?im)^disposition:[^\r\n]{0,200}\b(?:deleted|denied|failed)")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_MESSAGE_ID = re.compile(rb"(?im)^[ \t>]{0,8}message-id:\s{0,20}(<[^<>\s]{1,900}>)")
_ASCII_ONLY = bytes(range(128)) + b"?" * 128
_HAS_SENDER = re.compile(rb"(?im)^from:[^\r\n]{0,300}@")
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


def find(raw: bytes, content: Content, *, suspected: bool, certain: bool) -> BounceReport | None:
    """The report that ``raw`` carries, or None.

    ``suspected`` lets unstandardised bounces be looked for. ``certain`` says that the header alone shows a
    bounce: then a report without recipients is better than none, if the message came back with it.
    """
    recipients = _standard(content)
    if not recipients and suspected and not _is_receipt(content):
        recipients = _unstandardised(raw)
    if not recipients and not (certain and (content.originals or content.reports)):
        return None
    return BounceReport(tuple(recipients[:MAX_RECIPIENTS]), _original_id(raw, content))


def _is_receipt(content: Content) -> bool:
    """A disposition notification, unless it says that the message was thrown away unread."""
    receipts = [data for kind, data in content.reports if kind.endswith("disposition-notification")]
    return bool(receipts) and not any(_REJECTED.search(data[:MAX_SCANNED]) for data in receipts)


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
    permanent = action == "failed" and not status.startswith("4")
    return BouncedRecipient(address.strip("<>")[:320], action, status, diagnostic[:2_000], permanent)


def _action_of(status: str) -> str:
    return {"5": "failed", "4": "delayed", "2": "delivered"}.get(status[:1], "")


def _typed(value: str) -> str:
    """``rfc822;ana@example.com`` without its type."""
    kind, semicolon, rest = value.partition(";")
    return (rest if semicolon else kind).strip()


def _unstandardised(raw: bytes) -> list[BouncedRecipient]:
    try:
        temporary, permanent = all_failures(message_from_bytes(_tame(raw[:MAX_SCANNED])))
    except _PARSER_ERRORS:
        return []
    failed = {_address(item) for item in permanent} - {""}
    delayed = {_address(item) for item in temporary} - {""} - failed
    return [BouncedRecipient(address, "failed", "", "", True) for address in sorted(failed)] + [
        BouncedRecipient(address, "delayed", "", "", False) for address in sorted(delayed)
    ]


def _tame(raw: bytes) -> bytes:
    """``raw`` as flufl.bounce's detectors expect it: ASCII only, and with a sender that can be parsed."""
    raw = raw.translate(_ASCII_ONLY)
    return raw if _HAS_SENDER.search(raw[:65_536]) else b"From: mailer-daemon@invalid\n" + raw


def _address(item: bytes | str) -> str:
    text = item.decode("utf-8", "replace") if isinstance(item, bytes) else item
    return text.strip("<> \t\r\n").replace("\x00", "")[:320]


def _original_id(raw: bytes, content: Content) -> str:
    """The Message-ID of the message that came back: from the copy of it, attached or merely pasted."""
    for original in content.originals:
        ids = message_ids(Headers(split_fields(original.lstrip(b"\r\n"))[0]).first("message-id"))
        if ids:
            return ids[0]
    own = raw.find(b"\n\n") if b"\r\n" not in raw[:2_000] else raw.find(b"\r\n\r\n")
    found = _MESSAGE_ID.search(raw, max(own, 0), max(own, 0) + 4 * MAX_SCANNED)
    return message_ids(found[1].decode("utf-8", "replace"))[0] if found else ""
