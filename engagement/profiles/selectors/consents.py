"""What a person agreed to, as the matrix of channels and purposes shows it, and the ledger behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from engagement.profiles.models import Consent, ConsentState, Identity, Suppression
from engagement.profiles.models.consent import CHANNELS, Purpose
from engagement.profiles.suppression import address_hash
from engagement.statements import rows, select

_OPEN = "WHERE profile_id = ANY(%(family)s::uuid[]) AND valid_to IS NULL ORDER BY key"
_IN_FORCE = """
WHERE address_hash = ANY(%(hashes)s::text[]) AND starts_at <= %(now)s AND (ends_at IS NULL OR ends_at > %(now)s)
ORDER BY key
"""
_LINES = "SELECT count(*) FROM profiles_consent WHERE profile_id = ANY(%(family)s::uuid[])"
PURPOSES = (Purpose.SERVICE, Purpose.MARKETING)
LEDGER = 100


@dataclass(frozen=True, slots=True)
class Cell:
    """One channel for one purpose: "yes", "withdrew", "expired" or "none" (never asked)."""

    purpose: str
    standing: str
    state: ConsentState | None


@dataclass(frozen=True, slots=True)
class Line:
    """One channel."""

    channel: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Held:
    """An address of the person that must not be written to."""

    address: str
    suppression: Suppression


def matrix(family: Sequence[UUID], now: datetime) -> list[Line]:
    """Return a line for each channel that consent is asked for, or was given for: what holds for the canonical profile,
    which is what the gate asks. One query.
    """
    held = select(ConsentState, "WHERE profile_id = %(profile)s", {"profile": family[0]})
    states = {(state.channel, state.purpose): state for state in held}
    channels = [*CHANNELS, *sorted({channel for channel, _purpose in states} - set(CHANNELS))]
    return [
        Line(channel, [_cell(states.get((channel, purpose)), purpose, now) for purpose in PURPOSES])
        for channel in channels
    ]


def _cell(state: ConsentState | None, purpose: str, now: datetime) -> Cell:
    if state is None:
        return Cell(purpose, "none", None)
    if not state.granted:
        return Cell(purpose, "withdrew", state)
    return Cell(purpose, "yes" if state.holds(now) else "expired", state)


def ledger(family: Sequence[UUID], before: UUID | None = None) -> tuple[list[Consent], bool]:
    """Return the newest 100 lines older than ``before``, and whether there are more. One query."""
    lines = Consent.objects.filter(profile_id__in=family).select_related("actor").order_by("-key")
    found = list(lines.filter(Q(key__lt=before) if before else Q())[: LEDGER + 1])
    return found[:LEDGER], len(found) > LEDGER


def held_addresses(family: Sequence[UUID], now: datetime) -> list[Held]:
    """Return which open addresses of the person are suppressed. Two queries."""
    return held_among(select(Identity, _OPEN, {"family": list(family)}), now)


def held_among(identities: Iterable[Identity], now: datetime) -> list[Held]:
    """Return which of these addresses are suppressed. One query."""
    hashed = {(one.kind, address_hash(one.kind, one.address_norm)): one.address for one in identities}
    values = {"hashes": [digest for _kind, digest in hashed], "now": now}
    return [
        Held(hashed[row.kind, row.address_hash], row)
        for row in select(Suppression, _IN_FORCE, values)
        if (row.kind, row.address_hash) in hashed
    ]


def evidence(family: Sequence[UUID]) -> int:
    """Return how many lines the ledger has about a person. One query."""
    return int(rows(_LINES, {"family": list(family)})[0][0])
