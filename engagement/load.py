"""Whether this machine has time for work that can wait."""

import os

from django.conf import settings


def is_idle() -> bool:
    """Return whether fewer tasks run or wait for a processor, in the last minute's mean, than BACKGROUND_LOAD of them.

    Whoever asks counts as one. Where the system does not say (Windows), it is not idle.
    """
    try:
        load = os.getloadavg()[0]
    except (AttributeError, OSError):
        return False
    return load < settings.BACKGROUND_LOAD * (os.cpu_count() or 1)
