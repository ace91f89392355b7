"""One turn of a delivery worker: claim, render, hand over, write down. May be killed anywhere; see
``claiming.recover``.

Answers and notices go one by one and before campaigns; of those the adapter may take many together (``together``).
The steps that a bench or a test can watch, in their order: ``claimed``, ``rendered``, ``beginning`` (the
carrier has agreed to take it, or will be asked; nothing is committed), ``handing`` (committed), ``sending`` (in the
middle of the words), ``answered`` (the carrier has said yes or no, nothing is committed), ``written``.
"""

import os
import socket
import time
from collections.abc import Iterator, Sequence
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from engagement.channels.adapters import Handover, HandsOverTogether, LeaseLost, adapter_for, kinds
from engagement.channels.delivery import claiming, lanes, together
from engagement.channels.delivery.rendering import render
from engagement.channels.delivery.retries import PATIENT_ATTEMPTS
from engagement.channels.delivery.turn import Clock, Observe, Worker, note_health, nothing, write
from engagement.channels.models import Channel, Transmission
from engagement.channels.words import Words
from engagement.keep_alive import kept_alive
from engagement.keys import new_key

BATCH = 50
RENDERED_AT_ONCE = 10  # whole messages with their files stand in memory
TURN_SECONDS = 20.0  # after which a task ends, so that others get their turn


def run_due(*, clock: Clock = timezone.now) -> bool:
    """Deliver what is due on all channels for a while; return whether more is due."""
    end = time.monotonic() + TURN_SECONDS
    for channel_id in lanes.due_channels(now=clock()):
        while run(channel_id=channel_id, clock=clock):
            if time.monotonic() > end:
                return True
    return False


def run(*, channel_id: UUID, observe: Observe = nothing, clock: Clock = timezone.now, limit: int = BATCH) -> int:
    """Claim and hand over one batch of a channel; return how many messages were claimed.

    Campaigns get their turn when nothing else is due. Of messages that are handed over together more are claimed.
    """
    channel = Channel.objects.get(pk=channel_id)
    worker = Worker(channel, f"{socket.gethostname()}:{os.getpid()}:{new_key()}", observe, clock)
    with kept_alive(
        lambda: claiming.renew_all(owner=worker.owner, now=worker.clock()),
        every_seconds=settings.DELIVERY_LEASE_SECONDS / 3,
    ):
        return _run(worker, limit)


def _run(worker: Worker, limit: int) -> int:
    channel = worker.channel
    alone = _claimed(worker, limit, grouped=False)
    if alone:
        _one_by_one(worker, alone)
        return len(alone)
    adapter = adapter_for(channel.kind) if channel.kind in kinds() else None
    if not isinstance(adapter, HandsOverTogether):
        grouped = _claimed(worker, limit, grouped=True)
        _one_by_one(worker, grouped)
        return len(grouped)
    grouped = _claimed(worker, together.CLAIMED, grouped=True)
    together.deliver(worker, adapter, [row for row in grouped if len(row.recipients) == 1])
    _one_by_one(worker, [row for row in grouped if len(row.recipients) != 1])
    return len(grouped)


def _claimed(worker: Worker, limit: int, *, grouped: bool) -> list[Transmission]:
    rows = claiming.claim(
        channel_id=worker.channel.pk, owner=worker.owner, limit=limit, now=worker.clock(), grouped=grouped
    )
    for row in rows:
        worker.observe("claimed", row.key)
    return rows


def _one_by_one(worker: Worker, claimed: Sequence[Transmission]) -> None:
    waiting = [row.key for row in claimed]
    for row, words in _rendered(worker, claimed):
        waiting.remove(row.key)
        if words is not None and not _deliver(worker, row, words):
            claiming.release(keys=waiting, owner=worker.owner, now=worker.clock())
            return


def _rendered(worker: Worker, claimed: Sequence[Transmission]) -> Iterator[tuple[Transmission, Words | None]]:
    """Each message with its words, a few at a time; without words it is settled already."""
    for start in range(0, len(claimed), RENDERED_AT_ONCE):
        few = claimed[start : start + RENDERED_AT_ONCE]
        ours = (
            claiming.renew(keys=[row.key for row in claimed[start:]], owner=worker.owner, now=worker.clock())
            if start
            else {row.key for row in few}
        )
        words = render(worker, [row for row in few if row.key in ours])
        for row in few:
            yield row, words.get(row.key)


def _deliver(worker: Worker, row: Transmission, words: Words) -> bool:
    """Hand over one message and write down what came of it; return whether the channel can go on."""
    outcome = adapter_for(worker.channel.kind).hand_over(
        channel=worker.channel,
        words=words,
        recipients=[recipient["address"] for recipient in row.recipients],
        handover=Handover(
            begin=lambda: _begin(worker, row.key),
            observe=lambda step: worker.observe(step, row.key),
            patient=row.attempts <= PATIENT_ATTEMPTS,
            key=row.key,
        ),
    )
    if isinstance(outcome, LeaseLost):  # or its campaign is held by now: then it goes back
        claiming.release(keys=[row.key], owner=worker.owner, now=worker.clock())
        return True
    write(worker, {row.key: outcome})
    return note_health(worker, {row.key: outcome})


def _begin(worker: Worker, key: UUID) -> bool:
    worker.observe("beginning", key)
    ours = bool(claiming.begin_handing(keys=[key], owner=worker.owner, now=worker.clock()))
    worker.observe("handing", key)
    return ours
