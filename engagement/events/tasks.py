"""The relay as a task; it is woken after each commit that published, and swept by beat."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from engagement.events import actions, relay
from engagement.organization.current import current_organization
from engagement.partitions import prepare_partitions
from engagement.wakeups import begun, wake

_BATCH = 500


@shared_task(name="engagement.events.tasks.relay")
def relay_events(**_: Any) -> None:
    """Deliver what is due; call again when the batch was full."""
    begun("engagement.events.tasks.relay")
    if relay.run_pending(limit=_BATCH) == _BATCH:
        wake("engagement.events.tasks.relay")


@shared_task(name="engagement.events.tasks.prune")
def prune_events(**_: Any) -> None:
    """Throw away events that were done so many days ago as the organization keeps them."""
    keep = timedelta(days=current_organization().keeps_events_days)
    actions.prune(now=timezone.now(), keep=keep)


@shared_task(name="engagement.events.tasks.prepare_partitions")
def make_partitions(**_: Any) -> None:
    """Make the coming months' partitions of the large append-only tables."""
    prepare_partitions(now=timezone.now())
