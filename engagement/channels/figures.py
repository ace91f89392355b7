"""How often we wrote to a person unasked, for the top of their page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagement.channels.models import Transmission
from engagement.partitions import first_key
from engagement.profiles.figures import Counter, Figure
from engagement.village.models import User

State = Transmission.State
DAYS = 30
LEFT = (State.ACCEPTED, State.DELIVERED, State.READ, State.BOUNCED, State.COMPLAINED, State.UNKNOWN)


def marketing(profiles: Sequence[UUID], reader: User, now: datetime) -> Figure:
    """Count the marketing messages of the last 30 days that left for them, or perhaps left. One query."""
    since = now - timedelta(days=DAYS)
    rows = Transmission.objects.filter(profile_id__in=profiles, key__gte=first_key(since), purpose="marketing")
    left = list(rows.filter(state__in=LEFT, state_at__gte=since).values_list("state", flat=True))
    arrived = sum(state in (State.ACCEPTED, State.DELIVERED, State.READ) for state in left)
    return Figure(
        value=_("%(count)d in %(days)d days") % {"count": len(left), "days": DAYS},
        label=ngettext("marketing message from us", "marketing messages from us", len(left)),
        beside="" if arrived == len(left) else _("%(count)d arrived") % {"count": arrived},
        url="?who=we-said&purpose=marketing",
    )


COUNTER = Counter("marketing", marketing, order=30)
