"""Change a channel, pause it, resume it. Each is in the audit trail, without its secrets."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from engagement.channels.delivery.waking import wake_delivery
from engagement.channels.models import Channel
from engagement.village.audit import Origin, record
from engagement.village.models import Department, User

SIDES = ("smtp", "imap", "sms")
# What holds for an email channel of which nothing else was said.
OPTION_DEFAULTS: dict[str, Any] = {
    "authentication_servers": [],
    "checks_senders": True,
    "return_path": "auto",
    "customer_in_reply_to": "auto",
}


class AddressTaken(ValueError):
    """Another channel of this kind has the address."""


def create(
    *,
    kind: str,
    address: str,
    name: str,
    sender_name: str,
    department: Department | None,
    actor: User,
    origin: Origin,
    now: datetime,
) -> Channel:
    """Make a channel, paused until somebody has entered who carries it and resumes it. Raises AddressTaken."""
    row = Channel(
        kind=kind,
        address=address,
        name=name,
        sender_name=sender_name,
        department=department,
        status=Channel.Status.PAUSED,
        created_at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            record(actor=actor, action="channel.created", subject=row, now=now, detail={"kind": kind}, origin=origin)
    except IntegrityError as error:
        raise AddressTaken(address) from error
    return row


def configure(
    *,
    channel: Channel,
    name: str,
    sender_name: str,
    rate_per_minute: int | None,
    servers: Mapping[str, Mapping[str, Any]],
    secrets: Mapping[str, Mapping[str, str]],
    options: Mapping[str, Any] | None = None,
    actor: User,
    origin: Origin,
    now: datetime,
) -> Channel:
    """Change what people may change about a channel.

    ``servers`` and ``secrets`` are by side (``smtp``, ``imap``, ``sms``); a side that is missing is removed. An empty
    password keeps the one that is there, as long as server and user stay the same: else it would be sent to
    another host. ``options`` are further settings of the kind; those that it does not name stay.
    """
    with transaction.atomic():
        row = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
        before = _facts(row)
        kept = {side: value for side, value in row.settings.items() if side not in SIDES}
        others = {side: value for side, value in row.secrets.items() if side not in SIDES}
        row.credentials = {**others, **_secrets(row, servers, secrets)}
        row.settings = {**kept, **{side: dict(server) for side, server in servers.items()}, **(options or {})}
        row.name, row.sender_name, row.rate_per_minute = name, sender_name, rate_per_minute
        row.failures_in_row, row.circuit_open_until = 0, None  # what was changed deserves a new try
        row.save(
            update_fields=[
                *("name", "sender_name", "rate_per_minute", "settings", "credentials"),
                *("failures_in_row", "circuit_open_until"),
            ]
        )
        changed = sorted(name for name, value in _facts(row).items() if value != before.get(name))
        if changed:
            record(
                actor=actor, action="channel.changed", subject=row, now=now, detail={"changed": changed}, origin=origin
            )
        wake_delivery(not_before=now, now=now)
    return row


def pause(*, channel: Channel, actor: User, origin: Origin, now: datetime) -> Channel:
    """Let nothing leave until somebody resumes the channel; what comes in is still taken. Safe to repeat."""
    return _turn(channel, Channel.Status.PAUSED, "channel.paused", actor, origin, now)


def resume(*, channel: Channel, actor: User, origin: Origin, now: datetime) -> Channel:
    """Let messages leave again, those first that have waited longest. Safe to repeat."""
    return _turn(channel, Channel.Status.ACTIVE, "channel.resumed", actor, origin, now)


def _turn(channel: Channel, status: str, action: str, actor: User, origin: Origin, now: datetime) -> Channel:
    with transaction.atomic():
        row = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
        if row.status == status:
            return row
        row.status = Channel.Status(status)
        row.save(update_fields=["status"])
        record(actor=actor, action=action, subject=row, now=now, origin=origin)
        wake_delivery(not_before=now, now=now)
    return row


def _secrets(
    row: Channel, servers: Mapping[str, Mapping[str, Any]], secrets: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    made: dict[str, dict[str, str]] = {}
    for side, given in secrets.items():
        kept = row.secret(side)
        same = (
            kept.get("user", "") == given["user"]
            and (row.settings.get(side) or {}).get("host", "") == servers[side]["host"]
        )
        made[side] = {
            "user": given["user"],
            "password": given["password"] or (kept.get("password", "") if same else ""),
        }
    return made


def _facts(row: Channel) -> dict[str, Any]:
    """What may change, flat; secrets are compared and never written down."""
    facts: dict[str, Any] = {
        "name": row.name,
        "sender_name": row.sender_name,
        "rate_per_minute": row.rate_per_minute,
    }
    facts |= OPTION_DEFAULTS | {name: value for name, value in row.settings.items() if name not in SIDES}
    for side in SIDES:
        facts |= {f"{side}.{name}": value for name, value in (row.settings.get(side) or {}).items()}
        facts |= {f"{side}.{name}": value for name, value in row.secret(side).items()}
    return facts
