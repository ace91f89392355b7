"""The circuit breaker of a channel: after failures in a row nobody tries, then exactly one worker does.

closed → (``FAILURES`` in a row) → open until ``circuit_open_until`` → half open: one attempt → closed, or
open for twice as long. Its state stands in the channel's row, so all workers and hosts share it.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from engagement.channels.models import Channel

FAILURES = 5
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)
PROBE = timedelta(minutes=3)  # how long the one attempt may take before another worker may try


def is_tripped(channel: Channel) -> bool:
    """Say whether the circuit is open or half open."""
    return channel.failures_in_row >= FAILURES


def may_try(*, channel: Channel, wanted: int, now: datetime) -> int:
    """Return how many of ``wanted`` messages may be tried now: all, none, or one that tries a half-open
    circuit.

    The one attempt is taken by an UPDATE that only one worker can win.
    """
    if not is_tripped(channel) or wanted == 0:
        return wanted
    due = Q(circuit_open_until__lte=now) | Q(circuit_open_until=None)
    taken = Channel.objects.filter(due, pk=channel.pk, failures_in_row__gte=FAILURES).update(
        circuit_open_until=now + PROBE
    )
    if taken:
        channel.circuit_open_until = now + PROBE
    return taken


def next_try(*, channel: Channel, now: datetime) -> datetime:
    """Return when an open circuit may be tried next."""
    until = channel.circuit_open_until
    return until if until is not None and until > now else now + FIRST_PAUSE


def record_failure(*, channel_id: UUID, error: str, now: datetime) -> bool:
    """Count a failed connection; return whether the circuit is open now."""
    with transaction.atomic():
        channel = Channel.objects.select_for_update(no_key=True).defer("credentials").get(pk=channel_id)
        channel.failures_in_row += 1
        channel.last_error = error[:2000]
        if is_tripped(channel):
            pause = FIRST_PAUSE * 2 ** min(channel.failures_in_row - FAILURES, 10)
            channel.circuit_open_until = now + min(pause, LONGEST_PAUSE)
        channel.save(update_fields=["failures_in_row", "last_error", "circuit_open_until"])
    return is_tripped(channel)


def record_success(*, channel_id: UUID) -> bool:
    """Close the circuit; return whether it had been open. Costs one empty UPDATE when all was well."""
    return bool(
        Channel.objects.filter(Q(failures_in_row__gt=0) | ~Q(circuit_open_until=None), pk=channel_id).update(
            failures_in_row=0, circuit_open_until=None, last_error=""
        )
    )
