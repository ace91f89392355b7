"""What one turn of a delivery worker is made of, whichever way it hands over: who it is, how it writes down what came
of it, what it learns of the carrier.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeGuard
from uuid import UUID

import structlog
from django.db import OperationalError, connection

from engagement.channels.adapters import Accepted, NotNow, Outcome, Refused, Unknown, Unreachable
from engagement.channels.delivery import circuit
from engagement.channels.delivery.outcomes import record_outcomes
from engagement.channels.delivery.waking import wake_delivery
from engagement.channels.models import Channel

log = structlog.get_logger(__name__)
Observe = Callable[[str, UUID], None]
Clock = Callable[[], datetime]
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


def write(worker: Worker, outcomes: Mapping[UUID, Outcome]) -> None:
    """Write the outcomes down; a database that is away for a moment must not turn sent messages into unknown ones."""
    for pause in _WRITE_AGAIN_AFTER:
        try:
            record_outcomes(outcomes=outcomes, owner=worker.owner, now=worker.clock())
        except OperationalError as error:
            log.warning("outcome_not_written_yet", keys=len(outcomes), error=str(error))
            if connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(pause)
        else:
            break
    else:
        record_outcomes(outcomes=outcomes, owner=worker.owner, now=worker.clock())
    for key in outcomes:
        worker.observe("written", key)


def note_health(worker: Worker, outcomes: Mapping[UUID, Outcome]) -> bool:
    """Remember whether the carrier answers; return whether the channel can go on.

    What is lost together is one failure: it was one connection.
    """
    channel_id, now = worker.channel.pk, worker.clock()
    told = list(outcomes.values())
    if any(map(_answered, told)) and circuit.record_success(channel_id=channel_id):
        wake_delivery(not_before=now, now=now)
    if any(isinstance(outcome, Accepted) for outcome in told):
        Channel.objects.filter(pk=channel_id).update(last_outbound_at=now)
    lost = next(filter(is_lost, told), None)
    return lost is None or not circuit.record_failure(channel_id=channel_id, error=lost.reply, now=now)


def is_lost(outcome: Outcome) -> TypeGuard[Unreachable | Unknown]:
    """Say whether the connection was lost with this message."""
    return isinstance(outcome, Unreachable | Unknown)


def _answered(outcome: Outcome) -> bool:
    by_carrier = isinstance(outcome, Refused) and (outcome.answered or outcome.code == "carrier_refused")
    return by_carrier or isinstance(outcome, Accepted | NotNow)
