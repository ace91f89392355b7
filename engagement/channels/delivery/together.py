"""Campaigns' messages, many at a time: rendered, committed as ``handing`` together, sent over one connection, their
outcomes committed together.

What a crash leaves in doubt is one group at most: what had been answered by then cannot be told from what had not.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from engagement.channels.adapters import HandsOverTogether, Outcome, Parcel
from engagement.channels.delivery import claiming
from engagement.channels.delivery.rendering import render
from engagement.channels.delivery.turn import Worker, is_lost, note_health, write
from engagement.channels.models import Transmission
from engagement.channels.words import Words

CLAIMED = 200
HANDED = 40  # the most that a crash can leave in doubt


def deliver(worker: Worker, adapter: HandsOverTogether, claimed: Sequence[Transmission]) -> None:
    """Hand over what was claimed, each to its one recipient; give back what there was no chance for."""
    fresh = worker.clock()
    unnoted: dict[UUID, Outcome] = {}  # all is well so far: the channel is told once
    for start in range(0, len(claimed), HANDED):
        fresh = _renewed(worker, claimed[start:], fresh)
        outcomes = _deliver_few(worker, adapter, claimed[start : start + HANDED])
        unnoted |= outcomes
        if any(map(is_lost, outcomes.values())):
            if not note_health(worker, unnoted):
                rest = [row.key for row in claimed[start:]]
                claiming.release(keys=rest, owner=worker.owner, now=worker.clock())
                return
            unnoted = {}
    if unnoted:
        note_health(worker, unnoted)


def _renewed(worker: Worker, rows: Sequence[Transmission], fresh: datetime) -> datetime:
    """Prolong the leases only when a good part of them is over: it is one more write of each row."""
    now = worker.clock()
    if now - fresh < timedelta(seconds=settings.DELIVERY_LEASE_SECONDS) / 3:
        return fresh
    claiming.renew(keys=[row.key for row in rows], owner=worker.owner, now=now)
    return now


def _deliver_few(worker: Worker, adapter: HandsOverTogether, rows: Sequence[Transmission]) -> dict[UUID, Outcome]:
    """One group; what the carrier said of each that could be handed over."""
    words = render(worker, rows)
    ready = [row for row in rows if row.key in words]
    for row in ready:
        worker.observe("beginning", row.key)
    ours = claiming.begin_handing(keys=[row.key for row in ready], owner=worker.owner, now=worker.clock())
    begun = [row for row in ready if row.key in ours]
    for row in begun:
        worker.observe("handing", row.key)
    lost = [row.key for row in ready if row.key not in ours]
    claiming.release(keys=lost, owner=worker.owner, now=worker.clock())  # of a group that is held by now
    outcomes = _hand_over(worker, adapter, begun, words) if begun else {}
    if outcomes:
        write(worker, outcomes)
    return outcomes


def _hand_over(
    worker: Worker, adapter: HandsOverTogether, rows: Sequence[Transmission], words: dict[UUID, Words]
) -> dict[UUID, Outcome]:
    found = adapter.hand_over_together(
        channel=worker.channel,
        parcels=[Parcel(words[row.key], str(row.recipients[0]["address"]), row.key) for row in rows],
        observe=lambda step, place: worker.observe(step, rows[place].key),
    )
    return {row.key: outcome for row, outcome in zip(rows, found, strict=True)}
