"""Wake a delivery worker when something is due; beat looks every two seconds as the net below."""

from datetime import datetime

from django.db import transaction

from engagement.wakeups import wake

DELIVER = "engagement.channels.tasks.deliver"
LATE_ENOUGH = 0.02  # seconds after the due time, so that the worker's clock has passed it


def wake_delivery(*, not_before: datetime, now: datetime) -> None:
    """After the open transaction has committed: wake a worker, at ``not_before`` when that is still to come."""
    seconds = (not_before - now).total_seconds()
    countdown = seconds + LATE_ENOUGH if seconds > 0 else 0
    transaction.on_commit(lambda: wake(DELIVER, countdown=countdown))
