"""The regular work of this app, for Celery. Any number of workers may run each task at the same time."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from collaboration.approvals import escalating, voiding
from collaboration.handoffs.watching import watch_offers
from collaboration.notifications import mailing
from collaboration.notifications.notifying import MAILING
from collaboration.tasks.escalating import escalate
from engagement.wakeups import begun


@shared_task(name=MAILING)
def mail_notifications(**_: Any) -> int:
    """Send the notifications that are due by e-mail; return how many e-mails left."""
    begun(MAILING)
    return mailing.mail_due(now=timezone.now())


@shared_task(name="collaboration.tasks.regular.watch_deadlines")
def watch_deadlines(**_: Any) -> int:
    """Remind of and escalate what is overdue, and offers that nobody can take; return how many steps were taken."""
    now = timezone.now()
    return escalate(now=now) + watch_offers(now=now) + escalating.escalate(now=now) + voiding.expire(now=now)
