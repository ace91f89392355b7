"""What a carrier tells us about a message that left: kept whole, and it only moves the message forwards."""

import re
from datetime import datetime
from uuid import UUID

from django.db import transaction

from engagement.channels.actions.learn import learn
from engagement.channels.actions.transmit import announce
from engagement.channels.delivery.reasons import PASSING
from engagement.channels.models import DeliveryReport, RawEvent, Transmission
from engagement.channels.selectors.erased import erased_among, is_nobodys

State = Transmission.State
# A receipt moves a message to a higher rank only, in whatever order receipts come in.
RANK = {
    State.QUEUED: 0,
    State.CLAIMED: 1,
    State.HANDING: 2,
    State.UNKNOWN: 3,
    State.FAILED: 3,
    State.ACCEPTED: 4,
    State.DELIVERED: 5,
    State.READ: 6,
    State.BOUNCED: 7,
    State.COMPLAINED: 8,
}
RECEIPTS = (State.ACCEPTED, State.DELIVERED, State.READ, State.BOUNCED, State.COMPLAINED)
ARRIVED = (State.ACCEPTED, State.DELIVERED, State.READ)
_STATUS_CODE = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463


class NotAReceipt(ValueError):
    """A state that only we ourselves can give a message."""


def report(
    *,
    channel_id: UUID,
    external_id: str,
    state: str,
    recipient: str,
    detail: str,
    unique_key: str,
    at: datetime,
    transmission_id: UUID | None = None,
    raw_event_id: UUID | None = None,
) -> bool:
    """Keep a receipt and move its message forwards; say whether we know that message.

    ``external_id`` is the Message-ID without angle brackets or the provider's id. ``unique_key`` is the
    provider's key of this receipt (or the raw event's and the item's): a second one is kept once and does
    nothing. ``transmission_id``: the carrier gave our own key back, so the message is known even before the
    carrier's id of it is committed. ``raw_event_id``: the delivery that told it. Of a message to somebody who was
    erased, only the state is kept: no address, no words, and the delivery is emptied. Raises NotAReceipt.
    """
    wanted = State(state)
    if wanted not in RECEIPTS:
        raise NotAReceipt(state)
    with transaction.atomic():
        row = _message(channel_id, external_id, transmission_id)
        if row is None:
            return False
        if erased_among([row]) or is_nobodys(row.channel.kind, recipient):
            recipient, detail = "", code_in(detail)
            empty(raw_event_id)
        kept = DeliveryReport(
            transmission=row, unique_key=unique_key, state=wanted, recipient=recipient, detail=detail, at=at
        )
        DeliveryReport.objects.bulk_create([kept], ignore_conflicts=True)
        if may_move(State(row.state), wanted):
            _move(row, wanted, detail if wanted not in ARRIVED else "", at)
            learn(row, recipient=recipient, detail=detail, now=at)
        elif wanted not in ARRIVED:  # the second of several recipients
            learn(row, recipient=recipient, detail=detail, now=at, told=wanted)
    return True


def note_report(*, transmission_id: UUID, code: str, at: datetime) -> bool:
    """Show beside a message that left what a report says of it that settles nothing: a delay, or what nobody
    understood. False for one about which something surer is known. Call it in a transaction.
    """
    row = Transmission.objects.select_for_update(of=("self",)).filter(key=transmission_id).first()
    if row is None or row.state != State.ACCEPTED or row.error_code not in ("", *PASSING):
        return False
    row.error_code = code
    row.save(update_fields=["error_code"])
    announce(row, now=at)
    return True


def code_in(detail: str) -> str:
    """Return the status code in a carrier's words, which is all that is kept of them for whoever was erased."""
    found = _STATUS_CODE.search(detail)
    return found[0] if found else ""


def empty(raw_event_id: UUID | None) -> None:
    """Forget the bytes of a delivery; that it came, when and by which channel, stays."""
    if raw_event_id is not None:
        RawEvent.objects.filter(key=raw_event_id).update(body=b"", envelope={}, error="", facts={})


def may_move(present: State, wanted: State) -> bool:
    """Say whether a receipt for ``wanted`` moves a message that is ``present``.

    What waits to leave (for the second time, when a person sent it again) is stopped by the proof that it
    arrived, not by the news that the first copy came back. What we held back or its author took back never
    moves.
    """
    if present not in RANK or RANK[wanted] <= RANK[present]:
        return False
    return wanted in ARRIVED or RANK[present] >= RANK[State.HANDING]


def _message(channel_id: UUID, external_id: str, transmission_id: UUID | None) -> Transmission | None:
    rows = Transmission.objects.select_for_update(of=("self",)).select_related("channel").filter(channel_id=channel_id)
    if transmission_id is not None:
        return rows.filter(key=transmission_id).first()
    return rows.filter(external_id=external_id).order_by("-key").first()


def _move(row: Transmission, state: State, detail: str, at: datetime) -> None:
    row.state, row.state_at, row.error = state, at, detail
    row.lease_owner, row.lease_until = "", None
    row.error_code = "" if row.error_code in PASSING else row.error_code
    row.save(update_fields=["state", "state_at", "error", "error_code", "lease_owner", "lease_until"])
    announce(row, now=at, detail=detail)
