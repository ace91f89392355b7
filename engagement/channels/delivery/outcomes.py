"""What came of attempts, written down: each message's next state, the carrier's answers, the events.

One message or a group of them: three statements in one transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from engagement.channels.actions.learn import learn
from engagement.channels.actions.report import code_in
from engagement.channels.actions.transmit import announce_accepted, announce_all
from engagement.channels.adapters import Accepted, LeaseLost, NotNow, Outcome, Refused, Unknown, Unneeded, Unreachable
from engagement.channels.delivery.reasons import NO_LONGER_NEEDED
from engagement.channels.delivery.retries import after_answer, after_silence
from engagement.channels.delivery.waking import wake_delivery
from engagement.channels.models import Transmission
from engagement.channels.selectors.erased import erased_among
from engagement.statements import run

State = Transmission.State
# An "accepted" that comes late, after the lease ran out, is still the truth about these.
_NOT_YET_TOLD = (State.UNKNOWN, State.QUEUED)
_UPDATE = """
UPDATE engagement_channels_transmission message
SET state = told.state, state_at = %(now)s, error_code = told.code, error = told.error, not_before = told.not_before,
    attempts = told.attempts, recoveries = told.recoveries, external_id = told.external_id, lease_owner = '',
    lease_until = NULL
FROM unnest(%(keys)s::uuid[], %(states)s::text[], %(codes)s::text[], %(errors)s::text[], %(times)s::timestamptz[],
    %(attempts)s::int[], %(recoveries)s::int[], %(names)s::text[])
    AS told (key, state, code, error, not_before, attempts, recoveries, external_id)
WHERE message.key = told.key
"""
_REPORT = """
INSERT INTO engagement_channels_deliveryreport (transmission_id, unique_key, state, recipient, detail, at)
SELECT key, unique_key, state, recipient, detail, %(now)s
FROM unnest(%(keys)s::uuid[], %(unique)s::text[], %(states)s::text[], %(recipients)s::text[], %(details)s::text[])
    AS told (key, unique_key, state, recipient, detail)
ON CONFLICT (unique_key) DO NOTHING
"""
# The ordinary end of a hand-over, all of it in one statement: only its worker touches a row that is being handed over.
_ACCEPT = """
WITH accepted AS (
    UPDATE engagement_channels_transmission message
    SET state = 'accepted', state_at = %(now)s, error_code = '', error = '', recoveries = 0, lease_owner = '',
        lease_until = NULL, external_id = CASE told.name WHEN '' THEN message.external_id ELSE told.name END
    FROM unnest(%(keys)s::uuid[], %(names)s::text[], %(replies)s::text[]) AS told (key, name, reply)
    WHERE message.key = told.key AND message.state = 'handing' AND message.lease_owner = %(owner)s
    RETURNING message.key, message.source, message.source_id, message.group_id, told.reply
), reported AS (
    INSERT INTO engagement_channels_deliveryreport (transmission_id, unique_key, state, recipient, detail, at)
    SELECT key, key || %(mark)s::text, 'accepted', '', reply, %(now)s FROM accepted
    ON CONFLICT (unique_key) DO NOTHING
)
SELECT key, source, source_id, group_id FROM accepted
"""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a carrier said of a message, or of one of its recipients."""

    row: Transmission
    state: str
    recipient: str
    reply: str


def record_outcomes(*, outcomes: Mapping[UUID, Outcome], owner: str, now: datetime) -> None:
    """Write down what came of attempts by ``owner``. Safe to repeat; a worker that lost its lease changes nothing,
    except that a message which the carrier has accepted is never shown as unknown, nor sent again.
    """
    with transaction.atomic():
        settled = _accept(outcomes, owner, now)
        rest = {key: outcome for key, outcome in outcomes.items() if key not in settled}
        if rest:
            _record_each(rest, owner, now)


def _accept(outcomes: Mapping[UUID, Outcome], owner: str, now: datetime) -> set[UUID]:
    """Write down all that was taken for everybody and is still ours; return which."""
    taken = {key: told for key, told in outcomes.items() if isinstance(told, Accepted) and not told.refused}
    if not taken:
        return set()
    keys = sorted(taken)
    values = {
        "now": now,
        "owner": owner,
        "keys": keys,
        "names": [taken[key].external_id for key in keys],
        "replies": [taken[key].reply for key in keys],
        "mark": _mark(now, State.ACCEPTED, ""),
    }
    found = run(_ACCEPT, values)
    announce_accepted(found, now=now)
    return {row[0] for row in found}


def _record_each(outcomes: Mapping[UUID, Outcome], owner: str, now: datetime) -> None:
    rows = list(Transmission.objects.select_for_update().filter(key__in=outcomes).order_by("key"))
    outcomes = {**outcomes, **{key: _without_words(outcomes[key]) for key in erased_among(rows)}}
    told = [row for row in rows if _may_tell(row, outcomes[row.key], owner)]
    answers = [answer for row in told for answer in _TELL[type(outcomes[row.key])](row, outcomes[row.key], now)]
    for row in rows:
        _name(row, outcomes[row.key], alone=row not in told)
    _write(told, now)
    _keep(answers, now)
    announce_all(told, now=now)
    for row in told:
        outcome = outcomes[row.key]
        if row.state == State.FAILED:
            learn(row, recipient="", detail=row.error, now=now)
        elif isinstance(outcome, Accepted):
            for address, reply in outcome.refused.items():
                learn(row, recipient=address, detail=reply, now=now, told=State.FAILED)
    again = [row.not_before for row in told if row.state == State.QUEUED]
    if again:
        wake_delivery(not_before=min(again), now=now)


def _without_words(outcome: Outcome) -> Outcome:
    """What a carrier answers about whoever was erased meanwhile names them."""
    if isinstance(outcome, LeaseLost | Unneeded):
        return outcome
    if isinstance(outcome, Accepted):
        return replace(outcome, reply="", refused={})
    return replace(outcome, reply=code_in(outcome.reply))


def record_failure_to_render(*, key: UUID, owner: str, code: str, error: str, now: datetime) -> None:
    """Write down that a message could not be made into words; a person must look."""
    record_outcomes(outcomes={key: Refused(code, error)}, owner=owner, now=now)


def _may_tell(row: Transmission, outcome: Outcome, owner: str) -> bool:
    if isinstance(outcome, LeaseLost):
        return False  # ours in name, but the lease has run out: ``recover`` decides
    ours = row.state in (State.CLAIMED, State.HANDING) and row.lease_owner == owner
    return ours or (isinstance(outcome, Accepted) and row.state in _NOT_YET_TOLD)


def _name(row: Transmission, outcome: Outcome, *, alone: bool) -> None:
    """Keep the carrier's own name of the message, also when a receipt was faster than we."""
    if isinstance(outcome, Accepted) and outcome.external_id:
        row.external_id = outcome.external_id
        if alone:
            row.save(update_fields=["external_id"])


def _accepted(row: Transmission, outcome: Accepted, now: datetime) -> list[_Answer]:
    row.recoveries = 0
    left_out = "; ".join(f"{address}: {reply}" for address, reply in outcome.refused.items())
    _become(row, State.ACCEPTED, "recipients_refused" if left_out else "", left_out, now)
    answers = [_Answer(row, State.ACCEPTED, "", outcome.reply)]
    return answers + [_Answer(row, State.FAILED, address, reply) for address, reply in outcome.refused.items()]


def _refused(row: Transmission, outcome: Refused, now: datetime) -> list[_Answer]:
    _become(row, State.FAILED, outcome.code, outcome.reply, now)
    return [_Answer(row, State.FAILED, "", outcome.reply)]


def _not_now(row: Transmission, outcome: NotNow, now: datetime) -> list[_Answer]:
    at = after_answer(attempts=row.attempts, now=now)
    return _try_again(row, at, outcome.code, outcome.reply, now)


def _unreachable(row: Transmission, outcome: Unreachable, now: datetime) -> list[_Answer]:
    row.attempts -= 1
    at = after_silence(tried_since=row.tried_since or now, now=now)
    return _try_again(row, at, "carrier_unreachable", outcome.reply, now)


def _unknown(row: Transmission, outcome: Unknown, now: datetime) -> list[_Answer]:
    return _become(row, State.UNKNOWN, "answer_lost", outcome.reply, now)


def _unneeded(row: Transmission, _outcome: Unneeded, now: datetime) -> list[_Answer]:
    return _become(row, State.CANCELLED, NO_LONGER_NEEDED, "", now)


_TELL: dict[type, Callable[..., list[_Answer]]] = {
    Accepted: _accepted,
    Refused: _refused,
    NotNow: _not_now,
    Unreachable: _unreachable,
    Unknown: _unknown,
    Unneeded: _unneeded,
}


def _try_again(row: Transmission, at: datetime | None, code: str, reply: str, now: datetime) -> list[_Answer]:
    if at is None:
        return _become(row, State.FAILED, "gave_up", reply, now)
    row.not_before = at
    return _become(row, State.QUEUED, code, reply, now)


def _become(row: Transmission, state: Transmission.State, code: str, error: str, now: datetime) -> list[_Answer]:
    row.state, row.state_at, row.error_code, row.error = state, now, code, error
    row.lease_owner, row.lease_until = "", None
    return []


def _write(rows: Sequence[Transmission], now: datetime) -> None:
    if not rows:
        return
    values = {
        "now": now,
        "keys": [row.key for row in rows],
        "states": [str(row.state) for row in rows],
        "codes": [row.error_code for row in rows],
        "errors": [row.error for row in rows],
        "times": [row.not_before for row in rows],
        "attempts": [row.attempts for row in rows],
        "recoveries": [row.recoveries for row in rows],
        "names": [row.external_id for row in rows],
    }
    run(_UPDATE, values)


def _keep(answers: Sequence[_Answer], now: datetime) -> None:
    if not answers:
        return
    values = {
        "now": now,
        "keys": [answer.row.key for answer in answers],
        "unique": [f"{one.row.key}{_mark(now, one.state, one.recipient)}"[:200] for one in answers],
        "states": [str(answer.state) for answer in answers],
        "recipients": [answer.recipient[:400] for answer in answers],
        "details": [answer.reply for answer in answers],
    }
    run(_REPORT, values)


def _mark(now: datetime, state: str, recipient: str) -> str:
    """What follows a message's key in the unique key of a report."""
    return f":{now.timestamp()}:{state}:{recipient}"
