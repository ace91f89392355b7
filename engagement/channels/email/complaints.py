"""Reports of mail as unwanted: RFC 5965 (ARF), Microsoft's JMRP, and whoever else returns the message marked so."""

from __future__ import annotations

import re

from engagement.channels.email.bodies import Content
from engagement.channels.email.headers import Headers, message_ids, split_fields
from engagement.channels.email.machine_signs import MachineSigns
from engagement.channels.email.parsed import Complaint

MAX_ADDRESSES = 50
# Feedback-Type (RFC 5965 section 7.3, RFC 6430, RFC 6591) that does not say that the recipient wants no more.
_NO_COMPLAINT = frozenset({"auth-failure", "not-spam", "dmarc", "opt-in"})
_REPORTED_TO = "x-hmxmroriginalrecipient"  # Microsoft's Junk Mail Reporting Program
_MICROSOFT = re.compile(
    r"(?:staff|jmrp|smartscreen|snds)[^@]{0,40}@(?:[a-z0-9-]{1,40}\.)*(?:hotmail|outlook|live|msn|microsoft)\.",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"complaint about message from|junk (?:e-?mail|mail) report|spam (?:complaint|report)|abuse report", re.IGNORECASE
)


def find_complaint(content: Content, headers: Headers, *, sender: str, signs: MachineSigns) -> Complaint | None:
    """The complaint that a message carries, or None."""
    for kind, data in content.reports:
        if kind.endswith("feedback-report") and signs.is_machine:
            fields = Headers(split_fields(data.lstrip(b"\r\n")[:65_536])[0])
            if fields.first("feedback-type").strip().lower() in _NO_COMPLAINT:
                return None
            named = [*fields.every("original-rcpt-to"), *fields.every("removal-recipient")]
            return Complaint(_tidy(named), _original_ids(content))
    return _microsoft(content, headers, sender)


def _microsoft(content: Content, headers: Headers, sender: str) -> Complaint | None:
    named = [
        value
        for original in content.originals
        for value in Headers(split_fields(original.lstrip(b"\r\n"))[0]).every(_REPORTED_TO)
    ]
    named += headers.every(_REPORTED_TO)
    paths = (sender, headers.first("return-path").strip("<> "))
    if named and (any(_MICROSOFT.match(path) for path in paths) or _SUBJECT.search(headers.text("subject"))):
        return Complaint(_tidy(named), _original_ids(content))
    return None


def _tidy(values: list[str]) -> tuple[str, ...]:
    tidy = [value.rpartition(";")[2].strip("<> \t")[:320] for value in values]
    return tuple(dict.fromkeys(address for address in tidy if "@" in address))[:MAX_ADDRESSES]


def _original_ids(content: Content) -> tuple[str, ...]:
    found = [
        name
        for original in content.originals
        for name in message_ids(Headers(split_fields(original.lstrip(b"\r\n"))[0]).first("message-id"))
    ]
    return tuple(dict.fromkeys(found))[:MAX_ADDRESSES]
