"""The inbox's regular work. Any number of workers may run each task at the same time."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from conversations.actions.counting import squash
from conversations.actions.source_retention import remove_old_sources
from conversations.actions.status import wake
from conversations.models import Conversation

_BATCH = 500


@shared_task(name="conversations.tasks.wake_snoozed")
def wake_snoozed(**_: Any) -> int:
    """Bring back the conversations whose time to sleep is over; return how many there were."""
    now = timezone.now()
    due = Conversation.objects.filter(status=Conversation.Status.SNOOZED, snoozed_until__lte=now)
    keys = list(due.order_by("snoozed_until").values_list("pk", flat=True)[:_BATCH])
    for key in keys:
        wake(conversation=Conversation(pk=key), now=now)
    return len(keys)


@shared_task(name="conversations.tasks.squash_counts")
def squash_counts(**_: Any) -> int:
    """Make one row of the deltas of each count; return how many rows that saved."""
    return squash()


@shared_task(name="conversations.tasks.remove_sources")
def remove_sources(**_: Any) -> int:
    """Remove the sources of messages that are older than the organization keeps them; return how many."""
    return remove_old_sources(now=timezone.now())
