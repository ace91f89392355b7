"""The customers' regular work."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from engagement.load import is_idle
from engagement.profiles.actions import block_list_file, propose, stale_deals
from engagement.profiles.declaring import retention
from engagement.profiles.identities import spelling
from engagement.profiles.importing import actions, work
from engagement.profiles.rights import disclosing, erasing, holding_back, reminding
from engagement.profiles.search.tidy import tidy
from engagement.wakeups import begun, wake

_DUPLICATES = "engagement.profiles.tasks.look_for_duplicates"
_SECONDS = 5  # a turn at looking for duplicates; other work of the same worker waits no longer
_PAUSE = 1  # between two turns while the machine has nothing else to do


@shared_task(name=_DUPLICATES)
def look_for_duplicates(**_: Any) -> None:
    """Compare new profiles with those that are there. While many wait and the machine is idle, turn follows turn;
    else the next one comes with the minute. A second runner finds the first one's lock, and ends.
    """
    now = timezone.now()
    if propose.look_at_new(now=now, seconds=_SECONDS) and is_idle() and propose.waiting(now=now):
        wake(_DUPLICATES, countdown=_PAUSE)


@shared_task(name=work.WORK)
def bring_people_in(**_: Any) -> None:
    """Bring every import that is at work a turn further; call again while there is more than a turn's work."""
    begun(work.WORK)
    if work.advance_all():
        wake(work.WORK)


@shared_task(name=block_list_file.WORK)
def keep_block_lists(**_: Any) -> None:
    """Read every block list that waits a turn further; call again while there is more."""
    begun(block_list_file.WORK)
    if block_list_file.advance_all():
        wake(block_list_file.WORK)


@shared_task(name="engagement.profiles.tasks.forget_files")
def forget_files(**_: Any) -> None:
    """Delete files of imports that are kept no longer."""
    actions.forget(now=timezone.now())


@shared_task(name=erasing.TASK)
def erase(**_: Any) -> int:
    """Go on with the erasures that are due; return how many are done."""
    begun(erasing.TASK)
    return erasing.work(now=timezone.now())


@shared_task(name="engagement.profiles.tasks.forget_in_time")
def forget_in_time(**_: Any) -> None:
    """Forget attributes that need not be known any more."""
    retention.forget_in_time(now=timezone.now())


@shared_task(name=disclosing.TASK)
def disclose(**_: Any) -> int:
    """Make the files that people asked for, throw away those whose days are over; return how many are ready."""
    begun(disclosing.TASK)
    now = timezone.now()
    disclosing.expire(now=now)
    return disclosing.work(now=now)


@shared_task(name="engagement.profiles.tasks.ask_about_deals")
def ask_about_deals(**_: Any) -> int:
    """Ask about deals that should have closed long ago, or whose owner has left; return how many there were."""
    return stale_deals.ask_about_deals(now=timezone.now())


@shared_task(name="engagement.profiles.tasks.watch_requests")
def watch_requests(**_: Any) -> int:
    """Remind of data requests that are due, and release those whose legal holds have ended."""
    now = timezone.now()
    return reminding.remind(now=now) + holding_back.release_ended(now=now)


@shared_task(name="engagement.profiles.tasks.spell_aliases")
def spell_aliases(**_: Any) -> int:
    """Write down what the spellings of addresses share where that is missing; return how many."""
    return spelling.spell_missing()


@shared_task(name="engagement.profiles.tasks.tidy_words")
def tidy_words(**_: Any) -> int:
    """Forget the words of names that nobody has any more; return how many."""
    return tidy()
