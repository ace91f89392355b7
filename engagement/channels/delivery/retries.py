"""When a message that did not leave is tried again, and when no more."""

import random
from datetime import datetime, timedelta

MAX_ATTEMPTS = 12  # to which the server answered "later": about three and a half hours
GIVE_UP_AFTER = timedelta(hours=48)  # how long a server may be away
FIRST = timedelta(seconds=10)
LONGEST = timedelta(hours=1)
LONGEST_AWAY = timedelta(minutes=10)
JITTER = (0.8, 1.2)  # so that what failed together does not come back together
PATIENT_ATTEMPTS = 3  # so often a message waits for recipients whom the server takes later, then it leaves without


def after_answer(*, attempts: int, now: datetime) -> datetime | None:
    """Return when to try again after the server said "later" to ``attempts`` attempts, None to give up.

    10 seconds, doubled each time, an hour at most, with jitter.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    return now + _jittered(min(FIRST * 2 ** max(attempts - 1, 0), LONGEST))


def after_silence(*, tried_since: datetime, now: datetime) -> datetime | None:
    """Return when to try again while the server cannot be reached, None to give up.

    As long again as it has been tried already (which doubles), at least 10 seconds, ten minutes at most.
    Attempts are not counted: that a server is away says nothing about the message.
    """
    tried_for = now - tried_since
    if tried_for > GIVE_UP_AFTER:
        return None
    return now + _jittered(min(max(tried_for, FIRST), LONGEST_AWAY))


def _jittered(pause: timedelta) -> timedelta:
    return pause * random.uniform(*JITTER)  # noqa: S311 - not a secret
