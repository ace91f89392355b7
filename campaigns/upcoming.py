"""What campaigns are about to send to a profile, for whoever has a deal with it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from campaigns.models import Campaign, Recipient
from campaigns.reasons import reason
from engagement.profiles.upcoming import Upcoming

OPEN = (Campaign.Status.LAUNCHING, Campaign.Status.SENDING, Campaign.Status.PAUSED)
DEALS = ("deal_closing", "deal_held")


def read(profile_ids: Sequence[UUID], now: datetime) -> list[Upcoming]:
    """Return who waits for their turn, and whom a deal keeps back from a campaign that is under way. One query."""
    under_way = Recipient.objects.filter(profile_id__in=profile_ids, campaign__status__in=OPEN)
    waiting = under_way.filter(state=Recipient.State.WAITING) | under_way.filter(code__in=DEALS)
    return [
        Upcoming(
            profile_id=row.profile_id,
            title=row.campaign.name,
            url=reverse("campaigns:recipient", args=[row.pk]),
            at=row.send_at if row.send_at and row.send_at > now else None,
            stopped=str(reason(row.code).says) if row.code else "",
        )
        for row in waiting.select_related("campaign").order_by("send_at", "key")
    ]
