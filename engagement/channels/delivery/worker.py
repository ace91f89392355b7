"""One turn of a delivery worker: claim, render, hand over, write down. May be killed anywhere; see
``claiming.recover``.

The steps that a bench or a test can watch, in their order: ``claimed``, ``rendered``, ``beginning`` (the
carrier has agreed to take it, nothing is committed), ``handing`` (committed), ``sending`` (in the middle of
the words), ``answered`` (the carrier has said yes or no, nothing is committed), ``written``.
"""

import functools
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import OperationalError, connection
from django.utils import timezone

from engagement.channels import renderers
from engagement.channels.adapters import (
    Accepted,
    Handover,
    NotNow,
    Outcome,
    Refused,
    Unknown,
    Unreachable,
    adapter_for,
)
from engagement.channels.delivery import circuit, claiming, lanes
from engagement.channels.delivery.outcomes import record_failure_to_render, record_outcome
from engagement.channels.delivery.retries import PATIENT_ATTEMPTS
from engagement.channels.delivery.waking import wake_delivery
from engagement.channels.models import Channel, Transmission
from engagement.channels.words import Words
from engagement.keys import new_key

log = structlog.get_logger(__name__)
Observe = Callable[[str, UUID], None]
Clock = Callable[[], datetime]
BATCH = 50
RENDERED_AT_ONCE = 10  # whole messages with their files stand in memory
TURN_SECONDS = 20.0  # after which a task ends, so that others get their turn
_WRITE_AGAIN_AFTER = (0.2, 1.0, 3.0, 10.0)  # seconds, when the database was away for a moment


def nothing(step: str, key: UUID) -> None:
    """Observe nothing."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Who is at work on which channel. ``owner`` is unique to this turn."""

    channel: Channel
    owner: str
    observe: Observe
    clock: Clock


def run_due(*, clock: Clock = timezone.now) -> bool:
    """Deliver what is due on all channels for a while; return whether more is due."""
    end = time.monotonic() + TURN_SECONDS
    for channel_id in lanes.due_channels(now=clock()):
        while run(channel_id=channel_id, clock=clock):
            if time.monotonic() > end:
                return True
    return False


def run(*, channel_id: UUID, observe: Observe = nothing, clock: Clock = timezone.now, limit: int = BATCH) -> int:
    """Claim and hand over one batch of a channel; return how many messages were claimed."""
    channel = Channel.objects.get(pk=channel_id)
    worker = Worker(channel, f"{socket.gethostname()}:{os.getpid()}:{new_key()}", observe, clock)
    claim = functools.partial(claiming.claim, channel_id=channel_id, owner=worker.owner, limit=limit, now=clock())
    claimed = claim() or claim(grouped=True)
    for row in claimed:
        observe("claimed", row.key)
    waiting = [row.key for row in claimed]
    for row, words in _rendered(worker, claimed):
        waiting.remove(row.key)
        if words is not None and not _deliver(worker, row, words):
            claiming.release(keys=waiting, owner=worker.owner, now=clock())
            break
    return len(claimed)


def _rendered(worker: Worker, claimed: Sequence[Transmission]) -> Iterator[tuple[Transmission, Words | None]]:
    """Each message with its words, a few at a time; without words it is settled already."""
    for start in range(0, len(claimed), RENDERED_AT_ONCE):
        few = claimed[start : start + RENDERED_AT_ONCE]
        ours = (
            claiming.renew(keys=[row.key for row in claimed[start:]], owner=worker.owner, now=worker.clock())
            if start
            else {row.key for row in few}
        )
        words = _render(worker, [row for row in few if row.key in ours])
        for row in few:
            yield row, words.get(row.key)


def _render(worker: Worker, rows: Sequence[Transmission]) -> Mapping[UUID, Words]:
    words: dict[UUID, Words] = {}
    for source in sorted({row.source for row in rows}):
        of_source = [row for row in rows if row.source == source]
        words |= _render_source(worker, source, of_source)
    for row in rows:
        if row.key in words:
            worker.observe("rendered", row.key)
    return words


def _render_source(worker: Worker, source: str, rows: Sequence[Transmission]) -> Mapping[UUID, Words]:
    """Render all; if that fails, one by one, so that only the message that cannot be written fails."""
    try:
        words = renderers.render(source, rows)
    except OperationalError:
        raise  # the database is away: the leases run out and all is tried again
    except Exception as error:  # whatever a renderer raises is written down and shown to people
        if len(rows) > 1:
            alone = [_render_source(worker, source, [row]) for row in rows]
            return {key: made for one in alone for key, made in one.items()}
        code = "no_renderer" if isinstance(error, renderers.NoRenderer) else "render_failed"
        log.error("render_failed", key=str(rows[0].key), source=source, exc_info=error)
        _fail(worker, rows[0], code, f"{type(error).__name__}: {error}")
        return {}
    for row in rows:
        if row.key not in words:
            _fail(worker, row, "nothing_to_send", "")
    return words


def _fail(worker: Worker, row: Transmission, code: str, error: str) -> None:
    clean = error.replace("\x00", "")[:2000]
    record_failure_to_render(key=row.key, owner=worker.owner, code=code, error=clean, now=worker.clock())


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
    _write(worker, row.key, outcome)
    worker.observe("written", row.key)
    return _note_health(worker, outcome)


def _begin(worker: Worker, key: UUID) -> bool:
    worker.observe("beginning", key)
    ours = bool(claiming.begin_handing(keys=[key], owner=worker.owner, now=worker.clock()))
    worker.observe("handing", key)
    return ours


def _write(worker: Worker, key: UUID, outcome: Outcome) -> None:
    """Write the outcome down; a database that is away for a moment must not turn a sent message into an
    unknown one.
    """
    for pause in _WRITE_AGAIN_AFTER:
        try:
            record_outcome(key=key, owner=worker.owner, outcome=outcome, now=worker.clock())
        except OperationalError as error:
            log.warning("outcome_not_written_yet", key=str(key), error=str(error))
            if connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(pause)
        else:
            return
    record_outcome(key=key, owner=worker.owner, outcome=outcome, now=worker.clock())


def _note_health(worker: Worker, outcome: Outcome) -> bool:
    channel_id = worker.channel.pk
    now = worker.clock()
    if isinstance(outcome, Unreachable | Unknown):
        return not circuit.record_failure(channel_id=channel_id, error=outcome.reply, now=now)
    answered = isinstance(outcome, Accepted | NotNow) or (
        isinstance(outcome, Refused) and (outcome.answered or outcome.code == "carrier_refused")
    )
    if answered and circuit.record_success(channel_id=channel_id):
        wake_delivery(not_before=now, now=now)
    if isinstance(outcome, Accepted):
        Channel.objects.filter(pk=channel_id).update(last_outbound_at=now)
    return True
