"""What the owner of a campaign is notified of."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_noop

from campaigns.models import Campaign
from collaboration.notifications import notify
from engagement.channels.delivery.reasons import sentence

HELD = "campaign.held"


def notify_held(*, campaign: Campaign, reason: str, now: datetime) -> None:
    """Notify owner and launcher that a campaign was paused by itself, and why. Safe to repeat."""
    people = {person for person in (campaign.owner, campaign.launched_by) if person is not None}
    for person in people:
        notify(
            person=person,
            kind=HELD,
            title=(gettext_noop("Paused by itself: %(campaign)s"), {"campaign": campaign.name}),
            text=lambda: sentence(reason),
            url=reverse("campaigns:campaign", args=[campaign.pk]),
            dedupe_key=f"campaign:{campaign.pk}:held:{now.isoformat()}",
            now=now,
        )
