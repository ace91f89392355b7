"""What a web process holds from its start to its end is no rubbish: the collector need not look at it again."""

import gc

from django.urls import get_resolver


def keep_what_is_loaded() -> None:
    """Take all that is loaded by now out of the garbage collector's sight; for a process that has just started.

    Its full collections walk through every object: those of the code alone take a tenth of a second, in whichever
    request happens to set one off.
    """
    _ = get_resolver().url_patterns  # read now, with every view
    gc.collect()
    gc.freeze()
