"""Reports of mail servers and mail programs about messages of ours: bounces, delays, read receipts, complaints.

Standards: RFC 3464 (delivery status), RFC 8098 (disposition notification), RFC 5965 (feedback report).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop

from engagement.channels.actions.report import note_report, report
from engagement.channels.delivery.reasons import DELAYED
from engagement.channels.email.diagnosis import detail_of
from engagement.channels.email.mail_settings import secrets
from engagement.channels.email.parsed import AutoKind, BouncedRecipient, ParsedEmail
from engagement.channels.email.return_path import find_return_paths, verify_return_path
from engagement.channels.email.sender_check import Verdict
from engagement.channels.inbound.sender_checks import check_at_reading
from engagement.channels.models import Channel, RawEvent, Transmission
from engagement.channels.selectors.erased import erased_among, is_nobodys
from engagement.channels.unsubscribe.tokens import key_in
from engagement.profiles.addresses import InvalidAddress, normalised

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
# Reports about a message of ours that do not settle what became of it.
NOT_A_RECIPIENT = gettext_noop(
    "A mail server reports that a message of ours could not be delivered to an address that it did not go to. "
    "Look whether it was forwarded there."
)
UNPROVEN_COMPLAINT = gettext_noop(
    "Somebody complained about a message of ours, but the report neither comes from a recipient nor proves it. "
    "Look at it, and opt the customer out if it is true."
)
NOT_UNDERSTOOD = gettext_noop(
    "A mail server wrote about a message of ours, and what it says could not be understood. Read it, and decide."
)
_BELOW_HEADER = re.compile(rb"\r?\n\r?\n")
_ORIGINAL = re.compile(rb"(?im)^[ \t>]{0,8}(?:original-)?message-id:\s{0,20}<([^<>\s]{1,400})>")
_ANY_ID = re.compile(rb"[<\s:;\"'=(]([A-Za-z0-9._+-]{8,200}@[A-Za-z0-9.-]{1,200})(?=[>\s;\"',)]|$)")
_DISPLAYED = re.compile(rb"(?im)^disposition:[^\r\n]{0,200};\s*displayed")
# RFC 5965 section 3.2 and RFC 3464 section 2.3.
_RECIPIENT = re.compile(
    rb"(?im)^(?:original-rcpt-to|(?:original|final)-recipient):(?:[^;\r\n]*;)?[ \t<]*([^<>\s]{3,320})"
)
_LINK = re.compile(rb"(?:/u/|\+u\.)([A-Za-z2-7]{42})(?![A-Za-z2-7])")
_SOFT_BREAK = re.compile(rb"=\r?\n")  # quoted-printable (RFC 2045)
_MAX_IDS = 10
_MAX_OTHER_IDS = 200
_MAX_SCANNED = 512 * 1024


class Applied(Enum):
    """What came of a report."""

    YES = "yes"
    NOT_OURS = "not ours"
    NOT_A_RECIPIENT = "not a recipient"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a report says, about one recipient where it names any."""

    state: str
    recipient: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Subject:
    """The message that a report is about; ``is_proven``: the report holds a signature that only our message has, its
    return path or its unsubscribe link.
    """

    row: Transmission
    is_proven: bool


def is_report(parsed: ParsedEmail) -> bool:
    """Whether a program tells what became of a message, rather than somebody something."""
    return parsed.auto in REPORTS or parsed.bounce is not None


def apply_report(raw: RawEvent, parsed: ParsedEmail) -> Applied:
    """Tell each finding to the transmission that it is about.

    Call it in a transaction. Safe to repeat: each finding has a key of its own.
    """
    subject = _subject(raw, parsed)
    if subject is None:
        return Applied.NOT_OURS
    findings = list(_findings(raw, parsed, subject))
    if not findings:
        return Applied.NOT_A_RECIPIENT
    for number, finding in enumerate(findings):
        report(
            channel_id=subject.row.channel_id,
            external_id=subject.row.external_id,
            transmission_id=subject.row.key,
            state=finding.state,
            recipient=finding.recipient[:400],
            detail=finding.detail[:4000],
            unique_key=f"raw:{raw.key}:{number}",
            at=raw.received_at,
            raw_event_id=raw.key,
        )
    if parsed.auto is AutoKind.DELIVERY_DELAY:
        note_report(transmission_id=subject.row.key, code=DELAYED, at=raw.received_at)
    return Applied.YES


def is_about_nobody(raw: RawEvent, parsed: ParsedEmail) -> bool:
    """Whether a report that names no message of ours names an address that was erased: nothing is left to look at."""
    named = [one.address for one in parsed.bounce.recipients] if parsed.bounce else []
    named += list(parsed.complaint.addresses) if parsed.complaint else []
    named += [found.decode("utf-8", "replace") for found in _RECIPIENT.findall(bytes(raw.body))[:_MAX_IDS]]
    return any(is_nobodys("email", address) for address in dict.fromkeys(named))


def facts_of(raw: RawEvent, parsed: ParsedEmail) -> dict[str, Any]:
    """What a list shows of a robot's message, or of one that waits for a person."""
    facts: dict[str, Any] = {
        "subject": parsed.subject[:300].replace("\x00", ""),
        "sender": parsed.sender.address[:320].replace("\x00", "") if parsed.sender else "",
    }
    named = parsed.bounce.recipients[0].address if parsed.bounce and parsed.bounce.recipients else ""
    if not named and parsed.complaint and parsed.complaint.addresses:
        named = parsed.complaint.addresses[0]
    facts["recipient"] = named.replace("\x00", "")
    subject = _subject(raw, parsed) if is_report(parsed) else None
    if subject is not None:
        facts["transmission"] = str(subject.row.key)
    return {name: value for name, value in facts.items() if value}


def find_transmission(raw: RawEvent, parsed: ParsedEmail) -> Transmission | None:
    """The message of ours that a machine's message names anywhere: by return path or by Message-ID."""
    subject = _subject(raw, parsed)
    return subject.row if subject else None


def find_by_return_path(raw: RawEvent) -> Transmission | None:
    """The message on whose return path something came back; no query where it came to another address."""
    keys = return_paths_in(raw.envelope.get("rcpt_to", []))
    return _sent(keys) if keys else None


def return_paths_in(addresses: Iterable[str]) -> list[UUID]:
    """The transmissions of the signed return paths among ``addresses``."""
    known = secrets()
    found = (verify_return_path(address, secrets=known) for address in addresses)
    return [key for key in found if key is not None][:_MAX_IDS]


def _findings(raw: RawEvent, parsed: ParsedEmail, subject: _Subject) -> Iterator[Finding]:
    recipients = _recipients_of(subject.row)
    only = next(iter(recipients.values())) if len(recipients) == 1 else ""
    if parsed.complaint is not None or parsed.auto is AutoKind.FEEDBACK_REPORT:
        named = [
            recipients[norm]
            for norm in _norms(parsed.complaint.addresses if parsed.complaint else ())
            if norm in recipients
        ]
        if subject.is_proven or not _is_forged(raw, parsed):
            is_theirs = subject.is_proven or bool(erased_among([subject.row]))
            for address in named or ([only] if is_theirs else []):
                yield Finding(State.COMPLAINED, address, "")
    elif parsed.auto is AutoKind.DISPOSITION_NOTIFICATION:
        sender = parsed.sender.address if parsed.sender else ""
        yield Finding(State.READ if _DISPLAYED.search(bytes(raw.body)) else State.DELIVERED, sender, "")
    elif parsed.bounce is not None and not parsed.bounce.recipients:
        yield Finding(_STATES.get(parsed.bounce.action, State.ACCEPTED), only, parsed.bounce.detail)
    elif parsed.bounce is not None:
        found = [(one, ours) for one in parsed.bounce.recipients if (ours := _named(one, recipients))]
        if not found and (subject.is_proven or _is_erased(subject.row, parsed.bounce.recipients[0])):
            found = [(parsed.bounce.recipients[0], only)]
        for one, ours in found:
            yield Finding(_STATES.get(one.action, State.ACCEPTED), ours, _detail(one, ours))


def _is_forged(raw: RawEvent, parsed: ParsedEmail) -> bool:
    """Whether our receiving server found that somebody else sent it."""
    check = check_at_reading(raw.channel, parsed)
    return check is not None and check.verdict == Verdict.FAILED


def _is_erased(row: Transmission, recipient: BouncedRecipient) -> bool:
    """Whether the report is about somebody who was erased: their address stands no more among the recipients."""
    return bool(erased_among([row])) or is_nobodys("email", recipient.address)


def _detail(recipient: BouncedRecipient, ours: str) -> str:
    """The server's words; whom it means where that is another address than the one that we wrote to."""
    detail = detail_of(recipient.status, recipient.diagnostic)
    return detail if recipient.address.lower() == ours.lower() else f"{detail} ({recipient.address})".strip()


# RFC 3464 section 2.3.3: delayed, relayed and expanded only say that it is on its way.
_STATES = {"failed": State.BOUNCED, "delivered": State.DELIVERED}


def _named(recipient: BouncedRecipient, recipients: dict[str, str]) -> str:
    return next(
        (recipients[norm] for norm in _norms((recipient.address, recipient.other_address)) if norm in recipients), ""
    )


def _recipients_of(row: Transmission) -> dict[str, str]:
    """Whom a message went to, by normalised address."""
    given = [str(one.get("address", "")) for one in row.recipients]
    return {norm: address for address in given for norm in _norms((address,))}


def _norms(addresses: Iterable[str]) -> list[str]:
    found = []
    for address in addresses:
        try:
            found.append(normalised("email", address))
        except InvalidAddress:
            continue
    return found


def _subject(raw: RawEvent, parsed: ParsedEmail) -> _Subject | None:
    """By the return path that it came back on, by one that it quotes, then by a Message-ID that it names anywhere."""
    body = bytes(raw.body)[:_MAX_SCANNED]
    written = [one.address for one in parsed.to]
    proven = return_paths_in([*raw.envelope.get("rcpt_to", []), *parsed.delivered_to, *written])
    if proven and (row := _sent(proven)) is not None:
        return _Subject(row, is_proven=True)
    quoted = find_return_paths(body, secrets=secrets()) or find_return_paths(
        parsed.text[:_MAX_SCANNED].encode("utf-8", "replace"), secrets=secrets()
    )
    if quoted and (row := _sent(quoted)) is not None:
        return _Subject(row, is_proven=True)
    linked = find_links(body) or find_links(parsed.text[:_MAX_SCANNED].encode("utf-8", "replace"))
    if linked and (row := _sent(linked)) is not None:
        return _Subject(row, is_proven=True)
    row = _transmission(_original_ids(parsed, body))
    return _Subject(row, is_proven=False) if row is not None else None


def find_links(source: bytes) -> list[UUID]:
    """The transmissions whose signed unsubscribe links or addresses stand anywhere in ``source``."""
    found = dict.fromkeys(_LINK.findall(_SOFT_BREAK.sub(b"", source)))
    keys = (key_in(token.decode("ascii")) for token in list(found)[:_MAX_IDS])
    return [key for key in keys if key is not None]


def _sent(keys: list[UUID]) -> Transmission | None:
    return Transmission.objects.filter(key__in=keys, channel__kind="email").order_by("-key").first()


def _original_ids(parsed: ParsedEmail, body: bytes) -> list[str]:
    """Which message a report may be about, best first; those below its own header are quoted from the original."""
    ids = [parsed.bounce.original_message_id] if parsed.bounce else []
    ids += list(parsed.complaint.message_ids) if parsed.complaint else []
    below = _BELOW_HEADER.search(body)
    start = below.end() if below else len(body)
    ids += _decoded(_ORIGINAL.findall(body, start)[:_MAX_IDS])
    ids += _decoded(_ORIGINAL.findall(parsed.text[:_MAX_SCANNED].encode("utf-8", "replace"))[:_MAX_IDS])
    ids += [*parsed.in_reply_to, *reversed(parsed.references)][:_MAX_IDS]
    ids += _decoded(_ANY_ID.findall(body)[:_MAX_OTHER_IDS])
    return [message_id for message_id in dict.fromkeys(ids) if 0 < len(message_id) <= 400][:_MAX_OTHER_IDS]


def _decoded(found: list[bytes]) -> list[str]:
    return [one.decode("utf-8", "replace").replace("\x00", "") for one in found]


def _transmission(external_ids: list[str]) -> Transmission | None:
    """The first of ``external_ids`` that is ours, on whichever channel: reports may go to another mailbox."""
    channels = list(Channel.objects.filter(kind="email").order_by("key").values_list("key", flat=True))
    rows = Transmission.objects.filter(channel_id__in=channels, external_id__in=external_ids).order_by("key")
    ours = {row.external_id: row for row in rows[:100]}
    return next((ours[external_id] for external_id in external_ids if external_id in ours), None)
