"""Reports of mail servers and mail programs about messages of ours: bounces, delays, read receipts, complaints.

Standards: RFC 3464 (delivery status), RFC 8098 (disposition notification), RFC 5965 (feedback report).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_noop

from engagement.channels.actions.report import report
from engagement.channels.email.parsed import AutoKind, BouncedRecipient, ParsedEmail
from engagement.channels.models import Channel, RawEvent, Transmission
from engagement.channels.selectors.erased import is_nobodys

State = Transmission.State
REPORTS = frozenset(
    {AutoKind.BOUNCE, AutoKind.DELIVERY_DELAY, AutoKind.DISPOSITION_NOTIFICATION, AutoKind.FEEDBACK_REPORT}
)
# What a person must see when it is about no message that we know of, and why, as sentences for agents.
MUST_BE_SEEN = {
    AutoKind.BOUNCE: gettext_noop(
        "A mail server reports that a message could not be delivered, but names none of ours."
    ),
    AutoKind.DELIVERY_DELAY: gettext_noop("A mail server reports that a message is delayed, but names none of ours."),
    AutoKind.FEEDBACK_REPORT: gettext_noop("Somebody complained about a message, but the report names none of ours."),
}
_BELOW_HEADER = re.compile(rb"\r?\n\r?\n")
_ORIGINAL = re.compile(rb"(?im)^[ \t>]{0,8}(?:original-)?message-id:\s{0,20}<([^<>\s]{1,400})>")
_DISPLAYED = re.compile(rb"(?im)^disposition:[^\r\n]{0,200};\s*displayed")
# RFC 5965 section 3.2 and RFC 3464 section 2.3.
_RECIPIENT = re.compile(
    rb"(?im)^(?:original-rcpt-to|(?:original|final)-recipient):(?:[^;\r\n]*;)?[ \t<]*([^<>\s]{3,320})"
)
_MOST_IDS = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a report says, about one recipient where it names any."""

    state: str
    recipient: str
    detail: str


def is_report(parsed: ParsedEmail) -> bool:
    """Whether a program tells what became of a message, rather than somebody something."""
    return parsed.auto in REPORTS or parsed.bounce is not None


def apply_report(raw: RawEvent, parsed: ParsedEmail) -> bool:
    """Tell each finding to the transmission that it is about; False when none of ours is meant.

    Call it in a transaction. Safe to repeat: each finding has a key of its own.
    """
    body = bytes(raw.body)
    found = _transmission(_original_ids(parsed, body))
    if found is None:
        return False
    channel_id, external_id = found
    for number, finding in enumerate(_findings(parsed, body)):
        report(
            channel_id=channel_id,
            external_id=external_id,
            state=finding.state,
            recipient=finding.recipient[:400],
            detail=finding.detail[:4000],
            unique_key=f"raw:{raw.key}:{number}",
            at=raw.received_at,
            raw_event_id=raw.key,
        )
    return True


def is_about_nobody(raw: RawEvent, parsed: ParsedEmail) -> bool:
    """Whether a report that names no message of ours names an address that was erased: nothing is left to look at."""
    named = [one.address for one in parsed.bounce.recipients] if parsed.bounce else []
    named += [found.decode("utf-8", "replace") for found in _RECIPIENT.findall(bytes(raw.body))[:_MOST_IDS]]
    return any(is_nobodys("email", address) for address in dict.fromkeys(named))


def _findings(parsed: ParsedEmail, body: bytes) -> Iterator[Finding]:
    if parsed.auto is AutoKind.FEEDBACK_REPORT:
        yield Finding(State.COMPLAINED, "", "")
    elif parsed.auto is AutoKind.DISPOSITION_NOTIFICATION:
        sender = parsed.sender.address if parsed.sender else ""
        yield Finding(State.READ if _DISPLAYED.search(body) else State.DELIVERED, sender, "")
    elif parsed.bounce is not None:
        for recipient in parsed.bounce.recipients:
            yield Finding(_state(recipient), recipient.address, f"{recipient.status} {recipient.diagnostic}".strip())


def _state(recipient: BouncedRecipient) -> str:
    """RFC 3464 section 2.3.3: delayed, relayed and expanded only say that it is on its way."""
    if recipient.action == "failed":
        return State.BOUNCED
    return State.DELIVERED if recipient.action == "delivered" else State.ACCEPTED


def _original_ids(parsed: ParsedEmail, body: bytes) -> list[str]:
    """Which message a report may be about, best first; those below its own header are quoted from the original."""
    ids = [parsed.bounce.original_message_id] if parsed.bounce else []
    below = _BELOW_HEADER.search(body)
    quoted = _ORIGINAL.findall(body, below.end()) if below else []
    ids += [found.decode("utf-8", "replace").replace("\x00", "") for found in quoted[:_MOST_IDS]]
    ids += [*parsed.in_reply_to, *reversed(parsed.references)]
    return [message_id for message_id in dict.fromkeys(ids) if 0 < len(message_id) <= 400][:_MOST_IDS]


def _transmission(external_ids: list[str]) -> tuple[UUID, str] | None:
    """The first of ``external_ids`` that is ours, on whichever channel: reports may go to another mailbox."""
    channels = list(Channel.objects.filter(kind="email").order_by("key").values_list("key", flat=True))
    rows = Transmission.objects.filter(channel_id__in=channels, external_id__in=external_ids).order_by("-key")
    ours = {row[1]: row for row in rows.values_list("channel_id", "external_id")[:100]}
    return next((ours[external_id] for external_id in external_ids if external_id in ours), None)
