"""A campaign whose messages cannot be written is held, before it fails for everybody.

What was written of a campaign, and what could not be, is counted in its row: by all workers together, and over their
restarts.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from engagement.channels.actions import groups
from engagement.channels.models import Group
from engagement.statements import run

MIN_FAILURES: Final = 5
MIN_SHARE: Final = 0.2  # of what was tried
REASON: Final = "render_failures"
_COUNT = """
INSERT INTO engagement_channels_group AS counted (key, rendered, render_failures)
VALUES (%(group)s, %(rendered)s, %(failures)s)
ON CONFLICT (key) DO UPDATE SET rendered = counted.rendered + excluded.rendered,
    render_failures = counted.render_failures + excluded.render_failures
RETURNING rendered, render_failures
"""


def note_rendered(group_id: UUID | None, *, messages: int) -> None:
    """Count messages of a campaign that could be written."""
    if group_id is not None:
        run(_COUNT, {"group": group_id, "rendered": messages, "failures": 0})


def note_failure(group_id: UUID | None, *, now: datetime) -> bool:
    """Count a message of a campaign that could not be written; hold the campaign when these are too many.

    Return whether it is held by this. It begins to count anew, so that a campaign that is resumed gets its chance.
    """
    if group_id is None:
        return False
    [(rendered, failures)] = run(_COUNT, {"group": group_id, "rendered": 0, "failures": 1})
    if failures < MIN_FAILURES or failures < MIN_SHARE * (rendered + failures):
        return False
    groups.hold(group_id=group_id, now=now, reason=REASON)
    Group.objects.filter(pk=group_id).update(rendered=0, render_failures=0)
    return True
