"""The customers' regular work."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from engagement.profiles.actions import propose

_SECONDS = 10  # of each minute; a long import is looked at in the background for as long as it takes


@shared_task(name="engagement.profiles.tasks.look_for_duplicates")
def look_for_duplicates(**_: Any) -> None:
    """Compare new profiles with those that are there."""
    propose.look_at_new(now=timezone.now(), seconds=_SECONDS)
