"""How many of a person's conversations wait for us, for the top of their page."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.selectors import queues
from engagement import statements
from engagement.profiles.figures import Counter, Figure
from engagement.ui import durations
from engagement.village.models import User

_COUNTED = f"""
SELECT count(*), count(waiting_since), min(waiting_since) FROM conversations_conversation
WHERE profile_id = ANY(%(profiles)s) AND {queues.VISIBLE}
"""  # noqa: S608 - constants


def answered(profiles: Sequence[UUID], reader: User, now: datetime) -> Figure | None:
    """Count the conversations that the reader may open, and those in which nobody waits for us. One query."""
    ((every, waiting, oldest),) = statements.rows(_COUNTED, {"profiles": list(profiles), **queues.reader(reader)})
    if not every:
        return None
    beside = _("nobody waits for us")
    if waiting:
        words = ngettext("%(count)d waits since %(time)s", "%(count)d wait, the first since %(time)s", waiting)
        beside = words % {"count": waiting, "time": durations.short(now - oldest)}
    return Figure(
        value=_("%(part)d of %(whole)d") % {"part": every - waiting, "whole": every},
        label=ngettext("conversation was answered", "conversations were answered", every),
        beside=beside,
        url="?who=to-us",
        down=bool(waiting),
    )


COUNTER = Counter("answered", answered, "conversations.view_conversation", order=10)
