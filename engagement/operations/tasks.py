"""The checklist is counted regularly, and once after a day has begun."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from engagement.operations.actions.adoption import count_adoption
from engagement.operations.actions.count import count
from engagement.wakeups import begun


@shared_task(name="engagement.operations.tasks.count")
def count_all(**_: Any) -> None:
    """Measure every item."""
    begun("engagement.operations.tasks.count")
    count(now=timezone.now())


@shared_task(name="engagement.operations.tasks.count_adoption")
def count_adoption_figures(**_: Any) -> None:
    """Measure how the departments work here."""
    begun("engagement.operations.tasks.count_adoption")
    count_adoption(now=timezone.now())
