"""What a person agreed to, as the matrix of channels and purposes shows it, and the ledger behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from engagement.profiles.models import Consent, ConsentState, Identity, Suppression
from engagement.profiles.models.consent import CHANNELS, Purpose
from engagement.profiles.suppression import address_hash

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
    held = ConsentState.objects.filter(profile_id=family[0])
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
    identities = Identity.objects.filter(profile_id__in=family, valid_to=None).order_by("key")
    hashed = {(one.kind, address_hash(one.kind, one.address_norm)): one.address for one in identities}
    rows = Suppression.objects.in_force(now).filter(address_hash__in=[digest for _kind, digest in hashed])
    return [
        Held(hashed[row.kind, row.address_hash], row)
        for row in rows.order_by("key")
        if (row.kind, row.address_hash) in hashed
    ]
