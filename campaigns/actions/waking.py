"""Wake a worker for campaigns; beat looks every few seconds as the net below."""

from django.db import transaction

from engagement.wakeups import wake

WORK = "campaigns.tasks.work"


def wake_campaigns() -> None:
    """Wake one after the open transaction has committed."""
    transaction.on_commit(lambda: wake(WORK))
