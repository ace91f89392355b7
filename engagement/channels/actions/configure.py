"""Change a channel, pause it, resume it. Each is in the audit trail, without its secrets."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from engagement.channels.delivery.waking import wake_delivery
from engagement.channels.kind_settings import KindSettings, settings_of
from engagement.channels.models import Channel, ChannelTest, RawEvent, Transmission
from engagement.village.audit import Origin, record
from engagement.village.models import Department, User


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


class ChannelInUse(ValueError):
    """Messages went through the channel already; its address stays."""


def move_unused(*, channel: Channel, address: str, actor: User, origin: Origin, now: datetime) -> Channel:
    """Correct the address of a channel through which nothing has gone but tests. Raises AddressTaken, ChannelInUse."""
    try:
        with transaction.atomic():
            row = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
            if row.address == address:
                return row
            if _is_used(row):
                raise ChannelInUse(row.address)
            before, row.address = row.address, address
            row.save(update_fields=["address"])
            ChannelTest.objects.filter(channel=row).exclude(finished_at=None).delete()
            detail = {"changed": ["address"], "before": before}
            record(actor=actor, action="channel.changed", subject=row, now=now, detail=detail, origin=origin)
    except IntegrityError as error:
        raise AddressTaken(address) from error
    return row


def _is_used(channel: Channel) -> bool:
    if Transmission.objects.filter(channel=channel).exists():
        return True
    return RawEvent.objects.filter(channel=channel).exclude(kind="loop").exists()


def configure(
    *,
    channel: Channel,
    name: str,
    sender_name: str,
    rate_per_minute: int | None,
    kind_settings: KindSettings | None,
    actor: User,
    origin: Origin,
    now: datetime,
) -> Channel:
    """Change what people may change about a channel.

    A password that is not given keeps the one that is there, as long as it is for the same account on the same server:
    else it would be sent to another host. ``kind_settings`` is None for a kind without any.
    """
    with transaction.atomic():
        row = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
        before, servers = _facts(row), _servers(row)
        kept = settings_of(row)
        if kind_settings is not None and kept is not None:
            kind_settings.keep_secrets_of(kept).to_channel(row)
        row.name, row.sender_name, row.rate_per_minute = name, sender_name, rate_per_minute
        row.failures_in_row, row.circuit_open_until = 0, None  # what was changed deserves a new try
        row.fetch_problem = {}
        row.save(
            update_fields=[
                *("name", "sender_name", "rate_per_minute", "settings", "credentials"),
                *("failures_in_row", "circuit_open_until", "fetch_problem"),
            ]
        )
        if _servers(row) != servers:  # what was proved of the old ones proves nothing of these
            ChannelTest.objects.filter(channel=row).exclude(finished_at=None).delete()
        changed = sorted(name for name, value in _facts(row).items() if value != before.get(name))
        if changed:
            record(
                actor=actor, action="channel.changed", subject=row, now=now, detail={"changed": changed}, origin=origin
            )
        wake_delivery(not_before=now, now=now)
    return row


def pause(*, channel: Channel, actor: User, origin: Origin, now: datetime) -> Channel:
    """Let nothing leave, and fetch no mailbox, until somebody resumes the channel. What others bring to us (SMTP,
    webhooks) is still taken. Safe to repeat.
    """
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


def _servers(row: Channel) -> dict[str, Any]:
    own = settings_of(row)
    found = own.facts() if own else {}
    found.pop("imap.since", None)
    return found


def _facts(row: Channel) -> dict[str, Any]:
    """What may change, flat; secrets are compared and never written down."""
    facts: dict[str, Any] = {
        "name": row.name,
        "sender_name": row.sender_name,
        "rate_per_minute": row.rate_per_minute,
    }
    own = settings_of(row)
    return facts | (own.facts() if own else {})
