"""How often we wrote to a person unasked, for the top of their page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagement.channels.models import Transmission
from engagement.partitions import first_key
from engagement.profiles.figures import Counter, Figure
from engagement.statements import rows
from engagement.village.models import User

State = Transmission.State
DAYS = 30
ARRIVED = [state.value for state in (State.ACCEPTED, State.DELIVERED, State.READ)]
LEFT = [*ARRIVED, *(state.value for state in (State.BOUNCED, State.COMPLAINED, State.UNKNOWN))]
_LEFT = """
SELECT count(*), count(*) FILTER (WHERE state = ANY(%(there)s)) FROM engagement_channels_transmission
WHERE profile_id = ANY(%(profiles)s) AND key >= %(first)s AND purpose = 'marketing'
  AND state = ANY(%(left)s) AND state_at >= %(since)s
"""


def marketing(profiles: Sequence[UUID], reader: User, now: datetime) -> Figure:
    """Count the marketing messages of the last 30 days that left for them, or perhaps left. One query."""
    since = now - timedelta(days=DAYS)
    values = {"profiles": list(profiles), "first": first_key(since), "since": since, "left": LEFT, "there": ARRIVED}
    [(left, arrived)] = rows(_LEFT, values)
    return Figure(
        value=_("%(count)d in %(days)d days") % {"count": left, "days": DAYS},
        label=ngettext("marketing message from us", "marketing messages from us", left),
        beside="" if arrived == left else _("%(count)d arrived") % {"count": arrived},
        url="?who=we-said&purpose=marketing",
    )


COUNTER = Counter("marketing", marketing, order=30)
