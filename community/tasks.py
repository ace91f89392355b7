"""The community's work: woken after commits and swept by beat. What to do stands in the database."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from community.actions import membership, notices, sign_in, trust
from engagement.wakeups import begun, wake


@shared_task(name=notices.SEND_NOTICES)
def send_notices(**_: Any) -> None:
    """Queue the mails that wait; call again when there are more than one batch."""
    begun(notices.SEND_NOTICES)
    if notices.send_waiting(now=timezone.now()) == notices.BATCH:
        wake(notices.SEND_NOTICES)


@shared_task(name="community.tasks.recalculate_trust")
def recalculate_trust(**_: Any) -> None:
    """Look at everybody's trust and names again, and throw away old links."""
    trust.recalculate(now=timezone.now())
    membership.flag_names()
    sign_in.prune(now=timezone.now())
