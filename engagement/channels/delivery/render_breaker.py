"""A campaign whose messages cannot be written is held, before it fails for everybody.

Each process counts what it wrote of a campaign and what it could not write; what it has forgotten after a restart it
counts anew.
"""

import threading
from collections import OrderedDict
from datetime import datetime
from typing import Final
from uuid import UUID

from engagement.channels.actions import groups

MIN_FAILURES = 5
MIN_SHARE = 0.2  # of what was tried
REASON = "render_failures"
_MAX_GROUPS = 1_000
_counts: Final[OrderedDict[UUID, tuple[int, int]]] = OrderedDict()  # tried, failed
_lock: Final = threading.Lock()


def note_rendered(group_id: UUID | None, *, messages: int) -> None:
    """Count messages of a campaign that could be written."""
    if group_id is not None:
        _count(group_id, tried=messages, failed=0)


def note_failure(group_id: UUID | None, *, now: datetime) -> bool:
    """Count a message of a campaign that could not be written; hold the campaign when these are too many.

    Return whether it is held by this. It begins to count anew, so that a campaign that is resumed gets its chance.
    """
    if group_id is None:
        return False
    tried, failed = _count(group_id, tried=1, failed=1)
    if failed < MIN_FAILURES or failed < MIN_SHARE * tried:
        return False
    with _lock:
        _counts.pop(group_id, None)
    groups.hold(group_id=group_id, now=now, reason=REASON)
    return True


def _count(group_id: UUID, *, tried: int, failed: int) -> tuple[int, int]:
    with _lock:
        before = _counts.pop(group_id, (0, 0))
        _counts[group_id] = counted = (before[0] + tried, before[1] + failed)
        while len(_counts) > _MAX_GROUPS:
            _counts.popitem(last=False)
    return counted
