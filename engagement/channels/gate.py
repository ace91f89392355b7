"""The policy gate: one set-based function decides for every path whether, and when, a message may leave.

Rules run in a fixed order, each over the whole set at once; the first that objects to a message has decided.
A reason is a code (``delivery/reasons.py`` has its sentence), so that "why was this person not written to?"
can be asked of the database. What refuses stands before what only defers, and what uses something up stands
last.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from engagement.channels.adapters import adapter_for, kinds
from engagement.channels.delivery import circuit, rate
from engagement.channels.models import Channel, Transmission
from engagement.partitions import first_key

AUTOMATIC = (Transmission.Purpose.SERVICE, Transmission.Purpose.MARKETING)
AUTOMATIC_PER_HOUR = 10  # to one person by one channel: more is two robots talking to each other
PAUSE_CHECK = timedelta(minutes=1)
_ROBOT = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|.*-bounces?|.*-request|listserv|majordomo)"
    r"(?:[+-=].*)?@.*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Pass:
    """The message may leave now."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """The message may not leave."""

    code: str


@dataclass(frozen=True, slots=True)
class Defer:
    """The message may not leave before ``until``. ``channel_wide``: because of its channel, not of itself."""

    until: datetime
    code: str
    channel_wide: bool = False


Decision = Pass | Refuse | Defer
Objections = dict[UUID, Decision]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the rules may know of a message."""

    key: UUID
    channel: Channel
    purpose: str
    profile_id: UUID | None
    recipients: tuple[str, ...]


Rule = Callable[[Sequence[Asked], datetime], Objections]


def decide(*, keys: Sequence[UUID], now: datetime) -> Mapping[UUID, Decision]:
    """Return a decision for each transmission in ``keys``, in their order, with a fixed number of queries a
    channel.

    A Pass has drawn on the channel's rate and, while its circuit is half open, is the one attempt that may
    try it: call this in the transaction that claims what passes, so that a rollback gives both back.
    """
    with transaction.atomic():
        remaining = _read(keys)
        decisions: dict[UUID, Decision] = {asked.key: Pass() for asked in remaining}
        for rule in RULES:
            objections = rule(remaining, now)
            decisions.update(objections)
            remaining = [asked for asked in remaining if asked.key not in objections]
    return decisions


def _read(keys: Sequence[UUID]) -> list[Asked]:
    rows = Transmission.objects.filter(key__in=keys).values_list(
        "key", "channel_id", "purpose", "profile_id", "recipients"
    )
    found = {row[0]: row for row in rows}
    channels = Channel.objects.defer("credentials").in_bulk({row[1] for row in found.values()})
    return [
        Asked(key, channels[row[1]], row[2], row[3], tuple(str(one.get("address", "")) for one in row[4]))
        for key in keys
        if (row := found.get(key)) is not None
    ]


def _recipients(asked: Sequence[Asked], now: datetime) -> Objections:
    """Somebody to write to, and every address one that the carrier could take."""
    known = kinds()
    objections: Objections = {}
    for one in asked:
        if one.channel.kind not in known:
            objections[one.key] = Refuse("channel_kind_unknown")
        elif not one.recipients or not all(map(adapter_for(one.channel.kind).is_address, one.recipients)):
            objections[one.key] = Refuse("recipient_invalid")
    return objections


def _robots(asked: Sequence[Asked], now: datetime) -> Objections:
    """Nothing automatic goes to an address that no person reads (RFC 3834 section 2)."""
    return {
        one.key: Refuse("recipient_is_robot")
        for one in asked
        if one.purpose in AUTOMATIC and any(map(_ROBOT.fullmatch, one.recipients))
    }


def _loops(asked: Sequence[Asked], now: datetime) -> Objections:
    """A person who got many automatic messages within the hour is a robot that answers ours."""
    automatic = [one for one in asked if one.purpose == Transmission.Purpose.SERVICE and one.profile_id]
    if not automatic:
        return {}
    counted = (
        Transmission.objects.filter(
            profile_id__in={one.profile_id for one in automatic},
            key__gte=first_key(now - timedelta(hours=1)),
            purpose=Transmission.Purpose.SERVICE,
            state_at__gte=now - timedelta(hours=1),
        )
        .exclude(state__in=[Transmission.State.QUEUED, Transmission.State.CANCELLED, Transmission.State.REFUSED])
        .values_list("channel_id", "profile_id")
        .order_by("channel_id", "profile_id")
        .annotate(sent=Count("key"))
    )
    sent = {(channel_id, profile_id): number for channel_id, profile_id, number in counted}
    objections: Objections = {}
    for one in automatic:
        place = (one.channel.pk, one.profile_id)
        if sent.get(place, 0) >= AUTOMATIC_PER_HOUR:
            objections[one.key] = Refuse("loop")
        sent[place] = sent.get(place, 0) + 1
    return objections


def _paused(asked: Sequence[Asked], now: datetime) -> Objections:
    return {
        one.key: Defer(now + PAUSE_CHECK, "channel_paused", channel_wide=True)
        for one in asked
        if one.channel.status == Channel.Status.PAUSED
    }


def _circuit(asked: Sequence[Asked], now: datetime) -> Objections:
    """Nothing while the circuit is open; exactly one message while it is half open."""
    objections: Objections = {}
    for channel, those in _by_channel(asked):
        free = circuit.may_try(channel=channel, wanted=len(those), now=now)
        until = circuit.next_try(channel=channel, now=now)
        objections |= {one.key: Defer(until, "circuit_open", channel_wide=True) for one in those[free:]}
    return objections


def _rate(asked: Sequence[Asked], now: datetime) -> Objections:
    """At most ``rate_per_minute`` messages of a channel within any minute, over all workers."""
    objections: Objections = {}
    for channel, those in _by_channel(asked):
        if channel.rate_per_minute is None:
            continue
        drawn = rate.draw(channel_id=channel.pk, per_minute=channel.rate_per_minute, wanted=len(those), now=now)
        objections |= {one.key: Defer(drawn.next_at, "rate", channel_wide=True) for one in those[drawn.granted :]}
    return objections


def _by_channel(asked: Sequence[Asked]) -> list[tuple[Channel, list[Asked]]]:
    channels = {one.channel.pk: one.channel for one in asked}
    grouped: dict[UUID, list[Asked]] = {key: [] for key in sorted(channels)}
    for one in asked:
        grouped[one.channel.pk].append(one)
    return [(channels[key], those) for key, those in grouped.items()]


RULES: tuple[Rule, ...] = (_recipients, _robots, _loops, _paused, _circuit, _rate)
