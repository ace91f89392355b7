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
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count

from engagement.channels.adapters import adapter_for, kinds
from engagement.channels.delivery import circuit, rate
from engagement.channels.models import Channel, Group, Transmission
from engagement.channels.policy import verdict_sql
from engagement.channels.policy.verdict import LEFT
from engagement.partitions import first_key
from engagement.profiles.actions.suppress import CHANNELS_OF
from engagement.profiles.addresses import InvalidAddress, normalised
from engagement.statements import rows as rows_of

AUTOMATIC = (Transmission.Purpose.SERVICE, Transmission.Purpose.MARKETING)
AUTOMATIC_PER_HOUR = 10  # to one person by one channel: more is two robots talking to each other
PAUSE_CHECK = timedelta(minutes=1)
_ROBOT = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|.*-bounces?|.*-request|listserv|majordomo)"
    r"(?:[+-=].*)?@.*",
    re.IGNORECASE,
)
_ADDRESS_KIND = {channel: kind for kind, channels in CHANNELS_OF.items() for channel in channels}
_CANDIDATES = """
SELECT given.*, false AS held_out, coalesce(person.time_zone, '') AS time_zone, coalesce(person.country, '') AS country
FROM unnest(%(places)s::uuid[], %(messages)s::uuid[], %(profiles)s::uuid[], %(channels)s::text[], %(kinds)s::text[],
    %(addresses)s::text[], %(purposes)s::text[], %(hashes)s::text[], %(caps)s::int[], %(cap_days)s::int[],
    %(quiet)s::bool[]
) AS given (key, message, profile_id, channel, kind, address_norm, purpose, content_hash, cap, cap_days, quiet)
LEFT JOIN profiles_profile profile ON profile.key = given.profile_id
LEFT JOIN profiles_profile person ON person.key = coalesce(profile.canonical_id, profile.key)
"""
_CLOSED = """
SELECT given.place, bool_or(gone.closed_reason = 'reassigned')
FROM unnest(%(places)s::int[], %(profiles)s::uuid[], %(addresses)s::text[]) AS given (place, profile_id, address)
JOIN profiles_profile profile ON profile.key = given.profile_id
JOIN profiles_identity gone ON gone.address_norm = given.address AND gone.valid_to IS NOT NULL
    AND gone.profile_id = coalesce(profile.canonical_id, profile.key)
WHERE NOT EXISTS (
    SELECT FROM profiles_identity again
    WHERE again.address_norm = given.address AND again.valid_to IS NULL AND again.profile_id = gone.profile_id
)
GROUP BY 1
"""
# Of the messages of one campaign: who stands behind each; whether the same person, under another profile, has one; and
# whether they have opted out since it began, by any of its channels.
_SAME_PERSON = """
SELECT given.place, coalesce(profile.canonical_id, profile.key), EXISTS (
    SELECT FROM profiles_profile member
    JOIN engagement_channels_transmission sent ON sent.profile_id = member.key
    WHERE (member.key = profile.canonical_id OR member.canonical_id = coalesce(profile.canonical_id, profile.key))
    AND member.key <> given.profile_id AND sent.group_id = given.group_id AND sent.source_id <> given.source_id
    AND sent.state = ANY(%(left)s::text[])), EXISTS (
    SELECT FROM profiles_consentstate consent
    WHERE consent.profile_id = coalesce(profile.canonical_id, profile.key) AND consent.purpose = 'marketing'
    AND NOT consent.granted AND consent.channel = ANY(terms.stops_on) AND consent.since >= terms.began_at)
FROM unnest(%(places)s::int[], %(profiles)s::uuid[], %(groups)s::uuid[], %(sources)s::uuid[])
    AS given (place, profile_id, group_id, source_id)
JOIN profiles_profile profile ON profile.key = given.profile_id
LEFT JOIN engagement_channels_group terms ON terms.key = given.group_id
"""
_TAKE_TURNS = """
SELECT pg_advisory_xact_lock(turn) FROM (
    SELECT DISTINCT hashtextextended('marketing:' || coalesce(profile.canonical_id, profile.key), 0) AS turn
    FROM profiles_profile profile WHERE profile.key = ANY(%(profiles)s::uuid[]) ORDER BY 1
) AS turns
"""


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
    content_hash: str = ""
    group_id: UUID | None = None
    source_id: UUID | None = None


Rule = Callable[[Sequence[Asked], datetime], Objections]


def decide(*, rows: Sequence[Transmission], now: datetime) -> Mapping[UUID, Decision]:
    """Return a decision for each of these transmissions, in their order, with a fixed number of queries a channel.

    A Pass has drawn on the channel's rate and, while its circuit is half open, is the one attempt that may
    try it: call this in the transaction that claims what passes and holds its rows, so that a rollback gives both back.
    """
    with transaction.atomic():
        remaining = _asked(rows)
        decisions: dict[UUID, Decision] = {asked.key: Pass() for asked in remaining}
        for rule in RULES:
            objections = rule(remaining, now)
            if objections:
                decisions.update(objections)
                remaining = [asked for asked in remaining if asked.key not in objections]
    return decisions


def _asked(rows: Sequence[Transmission]) -> list[Asked]:
    channels = Channel.objects.defer("credentials").in_bulk({row.channel_id for row in rows})
    return [
        Asked(
            key=row.key,
            channel=channels[row.channel_id],
            purpose=row.purpose,
            profile_id=row.profile_id,
            recipients=tuple(str(one.get("address", "")) for one in row.recipients),
            content_hash=row.content_hash,
            group_id=row.group_id,
            source_id=row.source_id,
        )
        for row in rows
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


def _closed(asked: Sequence[Asked], now: datetime) -> Objections:
    """Nothing goes to an address that was theirs and belongs to somebody else now, no answer to old words either; and
    no marketing to one that was closed, whatever for.
    """
    candidates = [(one, address) for one in asked if one.profile_id for address in one.recipients]
    if not candidates:
        return {}
    values = {
        "places": list(range(len(candidates))),
        "profiles": [one.profile_id for one, _ in candidates],
        "addresses": [
            _normalised(_ADDRESS_KIND.get(one.channel.kind, one.channel.kind), address) for one, address in candidates
        ],
    }
    objections: Objections = {}
    for place, is_passed_on in rows_of(_CLOSED, values):
        one = candidates[place][0]
        if is_passed_on:
            objections[one.key] = Refuse("address_passed_on")
        elif one.purpose == Transmission.Purpose.MARKETING:
            objections.setdefault(one.key, Refuse("address_closed"))
    return objections


def _once(asked: Sequence[Asked], now: datetime) -> Objections:
    """One campaign writes once to a person, also when two of its recipients were merged meanwhile; and no more by any
    channel to whom has opted out by one of them since it began. Asked after ``_policy``, which lets those who claim
    for one person wait for each other.
    """
    grouped = [one for one in asked if one.group_id is not None and one.profile_id is not None]
    if not grouped:
        return {}
    values = {
        "places": list(range(len(grouped))),
        "profiles": [one.profile_id for one in grouped],
        "groups": [one.group_id for one in grouped],
        "sources": [one.source_id for one in grouped],
        "left": ["claimed", *LEFT],
    }
    objections: Objections = {}
    written: dict[tuple[UUID | None, UUID], UUID | None] = {}
    for place, person, has_one, has_stopped in sorted(rows_of(_SAME_PERSON, values)):
        one = grouped[place]
        if has_stopped:
            objections[one.key] = Refuse("consent_withdrawn")
        elif has_one or written.setdefault((one.group_id, person), one.source_id) != one.source_id:
            objections[one.key] = Refuse("same_person")
    return objections


def _policy(asked: Sequence[Asked], now: datetime) -> Objections:
    """Consent, suppression, deals, approval, caps and quiet hours: ``policy.verdict_sql``, the same statement with
    which a campaign is launched, asked again now that the message would leave.
    """
    candidates = [(one, address) for one in asked for address in one.recipients]
    if not candidates:
        return {}
    names = {UUID(int=place): one.key for place, (one, _) in enumerate(candidates)}
    _one_after_another([one.profile_id for one in asked if one.purpose == Transmission.Purpose.MARKETING])
    sql, params = verdict_sql(
        _CANDIDATES, _columns(candidates), now=now, hashes=sorted({one.content_hash for one in asked} - {""})
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = [(names[key], code, until) for key, code, until in cursor.fetchall() if code is not None]
    refused: Objections = {key: Refuse(code) for key, code, until in found if until is None}
    return {key: Defer(until, code) for key, code, until in found if until is not None} | refused


def _columns(candidates: Sequence[tuple[Asked, str]]) -> dict[str, list[Any]]:
    groups = Group.objects.in_bulk({one.group_id for one, _ in candidates if one.group_id})
    plain = Group()
    terms = [groups.get(one.group_id, plain) if one.group_id else plain for one, _ in candidates]
    kinds_of = [_ADDRESS_KIND.get(one.channel.kind, one.channel.kind) for one, _ in candidates]
    return {
        "places": [UUID(int=place) for place in range(len(candidates))],
        "messages": [one.key for one, _ in candidates],
        "profiles": [one.profile_id for one, _ in candidates],
        "channels": [one.channel.kind for one, _ in candidates],
        "kinds": kinds_of,
        "addresses": [_normalised(kind, address) for kind, (_, address) in zip(kinds_of, candidates, strict=True)],
        "purposes": [one.purpose for one, _ in candidates],
        "hashes": [one.content_hash for one, _ in candidates],
        "caps": [group.cap for group in terms],
        "cap_days": [group.cap_days for group in terms],
        "quiet": [group.quiet for group in terms],
    }


def _normalised(kind: str, address: str) -> str:
    try:
        return normalised(kind, address)
    except InvalidAddress:
        return address.strip().lower()


def _one_after_another(profiles: Sequence[UUID | None]) -> None:
    """Let two workers that claim for the same person wait for each other, so that a cap holds over both."""
    known = sorted({key for key in profiles if key})
    if known:
        with connection.cursor() as cursor:
            cursor.execute(_TAKE_TURNS, {"profiles": known})


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


RULES: tuple[Rule, ...] = (_recipients, _robots, _closed, _policy, _once, _loops, _paused, _circuit, _rate)
