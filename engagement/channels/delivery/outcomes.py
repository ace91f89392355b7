"""What came of an attempt, written down: the message's next state, the carrier's answers, the event."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from engagement.channels.actions.transmit import announce
from engagement.channels.adapters import Accepted, LeaseLost, NotNow, Outcome, Refused, Unknown, Unreachable
from engagement.channels.delivery.retries import after_answer, after_silence
from engagement.channels.delivery.waking import wake_delivery
from engagement.channels.models import DeliveryReport, Transmission

State = Transmission.State
# An "accepted" that comes late, after the lease ran out, is still the truth about these.
_NOT_YET_TOLD = (State.UNKNOWN, State.QUEUED)


def record_outcome(*, key: UUID, owner: str, outcome: Outcome, now: datetime) -> Transmission:
    """Write down the outcome of one attempt by ``owner``. Safe to repeat; a worker that lost its lease
    changes nothing, except that a message which the carrier has accepted is never shown as unknown, nor sent
    again.
    """
    with transaction.atomic():
        row = Transmission.objects.select_for_update().get(key=key)
        ours = row.state in (State.CLAIMED, State.HANDING) and row.lease_owner == owner
        late = isinstance(outcome, Accepted) and row.state in _NOT_YET_TOLD
        if isinstance(outcome, Accepted) and outcome.external_id:
            row.external_id = outcome.external_id  # also when a receipt was faster than we
            row.save(update_fields=["external_id"])
        if ours or late:
            _WRITE[type(outcome)](row, outcome, now)
    return row


def record_failure_to_render(*, key: UUID, owner: str, code: str, error: str, now: datetime) -> Transmission:
    """Write down that a message could not be made into words; a person must look."""
    return record_outcome(key=key, owner=owner, outcome=Refused(code, error), now=now)


def _accepted(row: Transmission, outcome: Accepted, now: datetime) -> None:
    row.recoveries = 0
    _keep(row, State.ACCEPTED, "", outcome.reply, now)
    for address, reply in outcome.refused.items():
        _keep(row, State.FAILED, address, reply, now)
    left_out = "; ".join(f"{address}: {reply}" for address, reply in outcome.refused.items())
    _become(row, State.ACCEPTED, "recipients_refused" if left_out else "", left_out, now)


def _refused(row: Transmission, outcome: Refused, now: datetime) -> None:
    _keep(row, State.FAILED, "", outcome.reply, now)
    _become(row, State.FAILED, outcome.code, outcome.reply, now)


def _not_now(row: Transmission, outcome: NotNow, now: datetime) -> None:
    at = after_answer(attempts=row.attempts, now=now)
    _try_again(row, at, outcome.code, outcome.reply, now)


def _unreachable(row: Transmission, outcome: Unreachable, now: datetime) -> None:
    row.attempts -= 1
    at = after_silence(tried_since=row.tried_since or now, now=now)
    _try_again(row, at, "carrier_unreachable", outcome.reply, now)


def _unknown(row: Transmission, outcome: Unknown, now: datetime) -> None:
    _become(row, State.UNKNOWN, "answer_lost", outcome.reply, now)


def _lease_lost(row: Transmission, outcome: LeaseLost, now: datetime) -> None:
    """Ours in name, but the lease has run out: ``recover`` decides."""


_WRITE: dict[type, Callable[..., None]] = {
    Accepted: _accepted,
    Refused: _refused,
    NotNow: _not_now,
    Unreachable: _unreachable,
    Unknown: _unknown,
    LeaseLost: _lease_lost,
}


def _try_again(row: Transmission, at: datetime | None, code: str, reply: str, now: datetime) -> None:
    if at is None:
        _become(row, State.FAILED, "gave_up", reply, now)
        return
    row.not_before = at
    _become(row, State.QUEUED, code, reply, now)
    wake_delivery(not_before=at, now=now)


def _become(row: Transmission, state: Transmission.State, code: str, error: str, now: datetime) -> None:
    row.state, row.state_at, row.error_code, row.error = state, now, code, error
    row.lease_owner, row.lease_until = "", None
    row.save()
    announce(row, now=now)


def _keep(row: Transmission, state: Transmission.State, recipient: str, reply: str, now: datetime) -> None:
    unique_key = f"{row.key}:{now.timestamp()}:{state}:{recipient}"[:200]
    DeliveryReport.objects.bulk_create(
        [
            DeliveryReport(
                transmission=row,
                unique_key=unique_key,
                state=state,
                recipient=recipient[:400],
                detail=reply,
                at=now,
            )
        ],
        ignore_conflicts=True,
    )
