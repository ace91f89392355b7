"""Keeps when a person was last reached."""

from django.db.models import Q

from engagement.channels.actions.report import ARRIVED
from engagement.channels.models import Transmission
from engagement.events.catalogue import DeliveryReported
from engagement.events.subscriptions import subscribe
from engagement.profiles.models import Profile


@subscribe(DeliveryReported)
def remember_when_written(event: DeliveryReported) -> None:
    """Move the profile's ``last_written_at`` forwards when a carrier took or delivered something for them."""
    if event.state in ARRIVED:
        whose = Transmission.objects.filter(pk=event.transmission_id).values("profile_id")
        earlier = Q(last_written_at=None) | Q(last_written_at__lt=event.at)
        Profile.objects.filter(earlier, pk__in=whose).update(last_written_at=event.at)
