"""What the gate would say of an agent's message that is not written yet, so that nobody writes in vain.

It promises nothing: the gate asks again when the message leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from engagement.channels.adapters import adapter_for, kinds
from engagement.channels.delivery.reasons import sentence
from engagement.channels.models import Channel, Transmission
from engagement.channels.policy import verdict_sql

_CANDIDATES = """
SELECT given.*, %(profile)s::uuid AS profile_id, %(purpose)s::text AS purpose, ''::text AS content_hash,
    false AS held_out, 0 AS cap, 1 AS cap_days, ''::text AS time_zone, ''::text AS country
FROM unnest(%(keys)s::uuid[], %(channels)s::text[], %(kinds)s::text[], %(norms)s::text[])
    AS given (key, channel, kind, address_norm)
"""


@dataclass(frozen=True, slots=True)
class Place:
    """One of a person's addresses (``kind``: of the address), as one of our channels would reach it."""

    channel: Channel
    kind: str
    norm: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """``code``: empty where nothing stands in the way; ``is_refused``: it would never leave, else later."""

    code: str = ""
    is_refused: bool = False

    @property
    def words(self) -> str:
        """The sentence of the code, in the reader's language."""
        return sentence(self.code)


def foresee(*, profile_id: UUID, places: Sequence[Place], now: datetime) -> list[Foreseen]:
    """Return what would become of an answer of ours to each of ``places``, in their order. One query."""
    keys = [UUID(int=number) for number in range(len(places))]
    values: dict[str, Any] = {
        "profile": profile_id,
        "purpose": Transmission.Purpose.CONVERSATION,
        "keys": keys,
        "channels": [place.channel.kind for place in places],
        "kinds": [place.kind for place in places],
        "norms": [place.norm for place in places],
    }
    sql, params = verdict_sql(_CANDIDATES, values, now=now, hashes=[])
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        codes = {key: code for key, code, _until in cursor.fetchall() if code}
    return [_foreseen(place, codes.get(key, ""), now) for key, place in zip(keys, places, strict=True)]


def _foreseen(place: Place, code: str, now: datetime) -> Foreseen:
    channel = place.channel
    if channel.kind not in kinds():
        return Foreseen("channel_kind_unknown", is_refused=True)
    if not adapter_for(channel.kind).is_address(place.norm):
        return Foreseen("recipient_invalid", is_refused=True)
    if code:
        return Foreseen(code, is_refused=True)
    if channel.status == Channel.Status.PAUSED:
        return Foreseen("channel_paused")
    if channel.circuit_open_until and channel.circuit_open_until > now:
        return Foreseen("circuit_open")
    return Foreseen()
