"""Campaigns on the blueprint, and what proves that an SMS is followed by an email."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from campaigns.models import Campaign, Recipient
from engagement.operations.blueprint_sources import LiveFlow, LiveSource, register_flows, register_sources
from engagement.operations.capabilities import SMS_WITH_EMAIL_FALLBACK, register_exercise
from engagement.operations.models import Layer
from engagement.operations.platform_sources import channel_key

RECENT = timedelta(days=30)


def register() -> None:
    """Called once, when the app is ready."""
    register_sources(find_campaigns)
    register_flows(find_campaign_flows)
    register_exercise(SMS_WITH_EMAIL_FALLBACK, last_fallback)


def find_campaigns(now: datetime) -> Iterator[LiveSource]:
    """Campaigns, and how many are being sent."""
    count = Campaign.objects.filter(status__in=(Campaign.Status.LAUNCHING, Campaign.Status.SENDING)).count()
    yield LiveSource(
        key="app:campaigns",
        name=_("Campaigns"),
        layer=Layer.ENGAGEMENT,
        detail=ngettext_lazy("%d sending", "%d sending", count) % count,
        url=reverse("campaigns:campaigns"),
    )


def find_campaign_flows(now: datetime) -> Iterator[LiveFlow]:
    """Channels over which a campaign was launched within thirty days."""
    launched = Campaign.objects.filter(launched_at__gte=now - RECENT).order_by()
    for field in ("email_channel", "sms_channel"):
        found = launched.exclude(**{field: None}).values_list(field).annotate(last=Max("launched_at"))
        for id, last_at in found:
            yield LiveFlow(origin="app:campaigns", target=channel_key(id), flow=_("campaign messages"), last_at=last_at)


def last_fallback(now: datetime) -> datetime | None:
    """Return when a person last got the email because the SMS did not arrive."""
    found: datetime | None = Recipient.objects.filter(fell_back_at__gte=now - timedelta(days=365)).aggregate(
        last=Max("fell_back_at")
    )["last"]
    return found
