"""The channels' work: tasks that are woken after commits and swept by beat. What to do stands in the database."""

from typing import Any

from celery import shared_task

from engagement.channels.inbound import processing
from engagement.wakeups import begun, wake

PROCESS_INBOUND = "engagement.channels.tasks.process_inbound"


@shared_task(name=PROCESS_INBOUND)
def process_inbound(**_: Any) -> None:
    """Read what waits; call again when there is more than one turn's work."""
    begun(PROCESS_INBOUND)
    if processing.process_waiting():
        wake(PROCESS_INBOUND)
