"""Who wrote: a person or a robot? So that nothing answers a robot.

Standards: RFC 3834 (automatic responses), RFC 3464 (delivery status), RFC 8098 (disposition notification),
RFC 5965 (feedback report), RFC 2919 and 2369 (lists); Microsoft's X-Auto-Response-Suppress ([MS-OXCMAIL]).
"""

from __future__ import annotations

import re

from engagement.channels.email import vacation_words
from engagement.channels.email.headers import Headers
from engagement.channels.email.machine_signs import MachineSigns, is_robot_address
from engagement.channels.email.parsed import AutoKind, BounceReport, Complaint

LOOP_HEADER = "X-Vilarejo-Loop"

_LIST_FIELDS = (
    "list-id",
    "list-post",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "x-mailing-list",
    "x-mailinglist",
    "mailing-list",
    "x-csa-complaints",
    "feedback-id",
    "x-campaign",
    "x-campaignid",
    "x-mc-user",
)
_LIST_ADDRESS_FIELDS = ("list-post", "mailing-list", "x-beenthere", "x-mailing-list", "x-mailinglist")
_MAILBOX = re.compile(r"[^\s<>\"',;:()]{1,64}@[a-z0-9.-]{1,253}", re.IGNORECASE)
_LIST_ID = re.compile(r"<?([a-z0-9_+=-]{1,64})\.([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})>?\s*$", re.IGNORECASE)
_MAX_LIST_ADDRESSES = 10
MAX_FORM = 20_000
MIN_FIELDS = 2
_FIELD = re.compile(r"[*>\-•\s]{0,4}[^\s:@][^:@\n]{0,60}:(?!//)\s{0,5}\S")
_POSTMASTER = re.compile(r"post[-_.]?master@", re.IGNORECASE)
_ROLE = re.compile(
    r"(?:support|suporte|soporte|help|ajuda|info|contat[oe]?|contact|kontakt|atendimento|sac|hello|ola|oi|billing|invoices?"
    r"|cobranca|financ\w{0,6}|sales|vendas|ventas|news\w{0,8}|marketing|service\w{0,6}|servico|care|admin|office|team"
    r"|equipe|press|jobs|mail|feedback|reply|customer\w{0,8}|clientes?)(?:[-+._].{0,60})?@",
    re.IGNORECASE,
)


def classify(
    headers: Headers,
    *,
    sender: str,
    text: str,
    reply_to: tuple[str, ...],
    signs: MachineSigns,
    bounce: BounceReport | None,
    complaint: Complaint | None,
    reports: frozenset[str],
) -> AutoKind:
    """Which robot wrote it, if one did. ``reports`` are the types of the machine-readable parts, ``text`` is what the
    message says itself. Parts that a person forwards make nobody a robot.
    """
    if complaint is not None:
        return AutoKind.FEEDBACK_REPORT
    if bounce is not None:
        return _bounce_kind(bounce)
    if signs.is_machine:
        if any(report.endswith("disposition-notification") for report in reports):
            return AutoKind.DISPOSITION_NOTIFICATION
        if reports:
            return AutoKind.AUTO_GENERATED  # a delivery report that reports success, or a report of another sort
    return _by_fields(headers, sender, text, reply_to, signs)


def _bounce_kind(bounce: BounceReport) -> AutoKind:
    actions = {recipient.action for recipient in bounce.recipients} or {bounce.action}
    if "failed" in actions:
        return AutoKind.BOUNCE
    return AutoKind.DELIVERY_DELAY if "delayed" in actions else AutoKind.AUTO_GENERATED


def _by_fields(headers: Headers, sender: str, text: str, reply_to: tuple[str, ...], signs: MachineSigns) -> AutoKind:
    if vacation_words.is_auto_reply(headers, text, null_sender=signs.null_sender):
        return AutoKind.AUTO_REPLY
    if len(reply_to) == 1 and _is_form(sender, reply_to) and _shows_fields(text, reply_to[0]):
        return AutoKind.PERSON  # whatever the program that sends forms says of itself
    if signs.is_automatic:
        return AutoKind.AUTO_GENERATED
    precedence = headers.first("precedence").strip().lower().replace("-", "_")
    if precedence in ("bulk", "list", "junk") or any(name in headers for name in _LIST_FIELDS):
        return AutoKind.BULK
    if signs.null_sender or headers.first("x-fc-machinegenerated").strip().lower() == "true":
        return AutoKind.AUTO_GENERATED
    if signs.is_robot and not _is_form(sender, reply_to) and not _is_written_by_hand(headers, sender, text, signs):
        return AutoKind.AUTO_GENERATED
    return AutoKind.PERSON


def _is_written_by_hand(headers: Headers, sender: str, text: str, signs: MachineSigns) -> bool:
    """Whether a person writes from an address of a program's sort: an answer, or a postmaster with a return address."""
    if not text.strip():
        return False
    return "in-reply-to" in headers or (signs.has_return_address and _POSTMASTER.match(sender) is not None)


def _shows_fields(text: str, address: str) -> bool:
    """Whether ``text`` is a filled-in form: it names the address, as a field or as nobody's mailbox for the public."""
    lines = [line.strip() for line in text[:MAX_FORM].split("\n")]
    named = [line for line in lines if address.lower() in line.lower()]
    if not named:
        return False
    fields = sum(bool(_FIELD.match(line)) for line in lines)
    is_value = any(_FIELD.match(line) or line.lower() == address.lower() for line in named)
    return (is_value and fields >= MIN_FIELDS) or _ROLE.match(address) is None


def _is_form(sender: str, reply_to: tuple[str, ...]) -> bool:
    """Whether a program sends it for somebody else, who is to be answered: Reply-To leads to another organization."""
    return bool(reply_to) and not any(
        is_robot_address(address) or are_related(_domain(sender), _domain(address)) for address in reply_to
    )


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower().strip(".")


def are_related(one: str, other: str) -> bool:
    """Whether two domains are the same, or one stands below the other."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def list_addresses(headers: Headers) -> tuple[str, ...]:
    """The posting addresses of the list that a message came through (RFC 2369 and 2919, and older fields)."""
    found = [
        match
        for name in _LIST_ADDRESS_FIELDS
        for value in headers.every(name)
        for match in _MAILBOX.findall(value[:2_000])[:1]
    ]
    found = [address.partition("?")[0].removeprefix("mailto:") for address in found]
    if match := _LIST_ID.search(headers.first("list-id")[:500].strip()):
        found.append(f"{match[1]}@{match[2]}")
    return tuple(dict.fromkeys(address.lower() for address in found))[:_MAX_LIST_ADDRESSES]


def suppresses_replies(headers: Headers) -> bool:
    """X-Auto-Response-Suppress asks for no automatic answer of the sort that we might give."""
    asked = {word.strip().lower() for word in headers.first("x-auto-response-suppress").split(",")}
    return bool(asked & {"all", "oof", "autoreply"})


def loop_markers(headers: Headers) -> tuple[str, ...]:
    """What programs left to recognise their own mail by; ours stands in LOOP_HEADER."""
    found = [*headers.every(LOOP_HEADER.lower()), *headers.every("x-loop")]
    return tuple(dict.fromkeys(value.strip()[:300] for value in found if value.strip()))
