"""Campaigns in the palette."""

from collections.abc import Iterator

from django.urls import reverse

from campaigns.models import Campaign
from engagement.ui.commands import Found
from engagement.village.models import User

MOST = 6


def found(user: User, text: str) -> Iterator[Found]:
    """Yield campaigns whose name holds the words."""
    rows = Campaign.objects.visible_to(user).filter(name__icontains=text).newest_first()[:MOST]
    for one in rows:
        url = reverse("campaigns:campaign", args=[one.pk])
        yield Found(one.name, url, "megaphone", str(one.get_status_display()))
