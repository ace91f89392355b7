"""The channels' work: tasks that are woken after commits and swept by beat. What to do stands in the database."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from engagement.channels.actions import counting
from engagement.channels.channel_tests import RUN_CHANNEL_TESTS, run_waiting
from engagement.channels.delivery import claiming, worker
from engagement.channels.delivery.waking import DELIVER
from engagement.channels.inbound import processing, sender_checks
from engagement.channels.inbound.waking import PROCESS_INBOUND
from engagement.channels.optin import pruning
from engagement.wakeups import begun, wake


@shared_task(name=PROCESS_INBOUND)
def process_inbound(**_: Any) -> None:
    """Read what waits; call again when there is more than one turn's work."""
    begun(PROCESS_INBOUND)
    if processing.process_waiting():
        wake(PROCESS_INBOUND)


@shared_task(name=sender_checks.CHECK_SENDERS)
def check_senders(**_: Any) -> None:
    """Look at the senders of what came in; call again when more wait."""
    begun(sender_checks.CHECK_SENDERS)
    if sender_checks.run_checks(now=timezone.now()):
        wake(sender_checks.CHECK_SENDERS)


@shared_task(name=DELIVER)
def deliver(**_: Any) -> None:
    """Hand over what is due on all channels; call again when more is due after one turn's time."""
    begun(DELIVER)
    if worker.run_due():
        wake(DELIVER)


@shared_task(name=RUN_CHANNEL_TESTS)
def run_channel_tests(**_: Any) -> None:
    """Run the tests of channels that people asked for."""
    begun(RUN_CHANNEL_TESTS)
    run_waiting()


@shared_task(name="engagement.channels.tasks.recover_leases")
def recover_leases(**_: Any) -> None:
    """Settle the messages of workers that died."""
    claiming.recover(now=timezone.now())


@shared_task(name="engagement.channels.tasks.prune_opt_ins")
def prune_opt_ins(**_: Any) -> None:
    """Forget requests that nobody confirmed."""
    pruning.prune(now=timezone.now())


@shared_task(name="engagement.channels.tasks.squash_counts")
def squash_counts(**_: Any) -> None:
    """Put the counts of campaigns' messages together."""
    counting.squash()
