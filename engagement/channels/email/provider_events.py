"""What providers of sending report as JSON, where somebody has them do so by mail.

Amazon SES over SNS, SendGrid, Mailgun, Postmark, SparkPost, Mandrill, Brevo and their like differ in names only, so the
structure is walked for what happened, to whom and to which message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_TEXT = 256 * 1024
MAX_NODES = 5_000
MAX_DEPTH = 40
MAX_NAMED = 100
_KINDS = ("notificationtype", "eventtype", "event", "recordtype", "type", "messageevent", "status")
_ADDRESS_KEYS = frozenset({"emailaddress", "email", "recipient", "rcptto", "rawrcptto", "to", "recipients", "emailto"})
_ID_KEYS = frozenset({"messageid", "smtpid", "internetmessageid"})
_REASON_KEYS = (
    "diagnosticcode",
    "rawreason",
    "reason",
    "diag",
    "bouncedescription",
    "details",
    "description",
    "message",
    "response",
)
_CODE_KEYS = frozenset({"status", "code", "errorcode", "statuscode"})
_ADDRESS = re.compile(r"[^\s<>\"',;:]{1,250}@[^\s<>\"',;:@]{1,250}")
_SPLIT_LINE = re.compile(r"!\n ")  # how some mail servers break lines of more than 998 octets
_TEMPORARY = re.compile(r"transient|soft|temporary|deferred|delay", re.IGNORECASE)
_PERMANENT = re.compile(r"permanent|hard", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """``kind`` is ``bounce`` or ``complaint``; ``is_permanent`` is the provider's own judgement."""

    kind: str
    addresses: tuple[str, ...]
    message_ids: tuple[str, ...]
    detail: str
    is_permanent: bool


def read_events(text: str, *, by_machine: bool) -> list[ProviderEvent]:
    """The bounces and complaints in a body that is JSON from its first letter; a machine's may have words above it."""
    body = _SPLIT_LINE.sub("", text.strip()[:MAX_TEXT])
    begin = 0 if body[:1] in ("{", "[") else -1
    if begin and by_machine:
        found = re.search(r"(?m)^[ \t]{0,8}[{\[]", body)
        begin = found.start() if found else -1
    if begin < 0:
        return []
    try:
        parsed, end = json.JSONDecoder(strict=False).raw_decode(body[begin:].lstrip())
    except (ValueError, RecursionError):
        return []
    if not by_machine and body[begin:].lstrip()[end:].strip().count("\n") > 6:
        return []  # somebody pasted it and wrote below
    return [event for one in _items(parsed) if (event := _event(one)) is not None][:MAX_NAMED]


def _items(parsed: Any) -> list[dict[str, Any]]:
    items = parsed if isinstance(parsed, list) else [parsed]
    return [one for item in items[:MAX_NAMED] if isinstance(item, dict) for one in _opened(item)]


def _opened(item: dict[str, Any]) -> list[dict[str, Any]]:
    """What stands in SNS's envelope."""
    inner = item.get("Message")
    if isinstance(inner, str) and inner.lstrip()[:1] == "{":
        try:
            opened = json.loads(inner[:MAX_TEXT], strict=False)
        except (ValueError, RecursionError):
            return [item]
        return [opened] if isinstance(opened, dict) else [item]
    return [item]


def _event(item: dict[str, Any]) -> ProviderEvent | None:
    facts = list(_walk(item))
    kinds = " ".join(str(value) for name, value in facts if name in _KINDS and isinstance(value, str)).lower()
    if "complain" in kinds or "spam" in kinds:
        kind = "complaint"
    elif re.search(r"bounce|dropped|\bfailed\b|blocked|reject", kinds):
        kind = "bounce"
    else:
        return None
    said = [(name, value) for name, value in facts if isinstance(value, str | int)]
    ids = [str(value).strip("<> ") for name, value in said if name in _ID_KEYS]
    ids += [value for name, value in _headers(item) if name == "message-id"]
    addresses = _affected(item, kind) or [str(value) for name, value in said if name in _ADDRESS_KEYS]
    found = [match for one in addresses for match in _ADDRESS.findall(str(one)[:1_000])]
    if not found and not ids:
        return None
    reasons = [str(value) for key in _REASON_KEYS for name, value in said if name == key and isinstance(value, str)]
    codes = [
        str(value)
        for name, value in said
        if name in _CODE_KEYS and re.fullmatch(r"[45]\d\d|[45]\.\d{1,3}\.\d{1,3}", str(value))
    ]
    sorts = " ".join(
        str(value) for name, value in said if name in ("bouncetype", "severity", "type", "event", "bounceclass")
    )
    return ProviderEvent(
        kind=kind,
        addresses=tuple(dict.fromkeys(found))[:MAX_NAMED],
        message_ids=tuple(dict.fromkeys(filter(None, ids)))[:MAX_NAMED],
        detail=" ".join(dict.fromkeys([*codes[:2], *reasons[:3]]))[:2_000],
        is_permanent=bool(_PERMANENT.search(sorts)) or not _TEMPORARY.search(sorts),
    )


def _affected(item: dict[str, Any], kind: str) -> list[str]:
    """SES names all recipients of the mail beside those that it is about."""
    wanted = "complainedrecipients" if kind == "complaint" else "bouncedrecipients"
    for name, value in _walk(item, lists=True):
        if name == wanted and isinstance(value, list):
            return [str(one.get("emailAddress", "")) for one in value[:MAX_NAMED] if isinstance(one, dict)]
    return []


def _headers(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Header fields that are given as pairs of name and value."""
    for name, value in _walk(item, lists=True):
        if name == "headers" and isinstance(value, list):
            for one in value[:MAX_NAMED]:
                if isinstance(one, dict):
                    yield str(one.get("name", "")).lower(), str(one.get("value", "")).strip("<> ")[:900]


def _walk(item: Any, *, lists: bool = False) -> Iterator[tuple[str, Any]]:
    """Each name with its value, in order, the names without case and marks; values of lists under the list's name."""
    waiting: list[tuple[str, Any, int]] = [("", item, 0)]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        name, value, depth = waiting.pop(0)
        if isinstance(value, dict) and depth < MAX_DEPTH:
            waiting.extend((_plain(key), one, depth + 1) for key, one in value.items())
        elif isinstance(value, list) and depth < MAX_DEPTH:
            if lists:
                yield name, value
            waiting.extend((name, one, depth + 1) for one in value[:MAX_NAMED])
        elif value is not None:
            yield name, value


def _plain(name: object) -> str:
    return re.sub(r"[^a-z0-9]", "", str(name).lower())[:60]
