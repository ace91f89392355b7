"""The work of campaigns, in Celery: freeze, waves, ends. Beat calls it every few seconds; it takes no arguments."""

import time
from typing import Any
from uuid import UUID

import structlog
from celery import shared_task
from django.utils import timezone

from campaigns.actions import freezing, steering, waves
from campaigns.actions.waking import WORK
from campaigns.models import Campaign
from campaigns.segments.rules import BadRules
from engagement.realtime.topics import poke_now
from engagement.wakeups import begun, wake

log = structlog.get_logger(__name__)
TURN_SECONDS = 5.0


@shared_task(name=WORK)
def work(**_: Any) -> None:
    """Bring every campaign that is at work a step further; call again when there is more than one turn's work."""
    begun(WORK)
    if advance_all():
        wake(WORK)


def advance_all() -> bool:
    """Return whether some campaign has more to do at once."""
    more, end = False, time.monotonic() + TURN_SECONDS
    for key in list(Campaign.objects.at_work(timezone.now()).order_by("key").values_list("pk", flat=True)):
        more |= advance(campaign_id=key, end=end)
        poke_now(f"campaign:{key}")
    return more


def advance(*, campaign_id: UUID, end: float) -> bool:
    """Freeze a campaign that is being launched, then queue its waves until ``end`` (time.monotonic)."""
    if steering.wind_up(campaign_id=campaign_id, now=timezone.now()):
        return False
    if steering.end_if_over(campaign_id=campaign_id, now=timezone.now()):
        steering.wind_up(campaign_id=campaign_id, now=timezone.now())
        return False
    try:
        freezing.freeze(campaign_id=campaign_id, now=timezone.now())
    except BadRules as error:
        log.error("campaign_cannot_be_frozen", campaign=str(campaign_id), error=str(error))
        steering.pause(campaign=Campaign(pk=campaign_id), actor=None, now=timezone.now(), reason=steering.RULES)
        return False
    while waves.queue_wave(campaign_id=campaign_id, now=timezone.now()):
        if time.monotonic() > end:
            return True
    steering.end_if_over(campaign_id=campaign_id, now=timezone.now())
    return False
