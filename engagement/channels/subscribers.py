"""Keeps when a person was last reached."""

from engagement.channels.actions.report import ARRIVED
from engagement.channels.models import Transmission
from engagement.events.catalogue import DeliveryReported
from engagement.events.subscriptions import subscribe
from engagement.profiles.merging import times


@subscribe(DeliveryReported)
def remember_when_written(event: DeliveryReported) -> None:
    """Move the profile's ``last_written_at`` forwards when a carrier took or delivered something for them."""
    if event.state in ARRIVED:
        whose = Transmission.objects.filter(pk=event.transmission_id).values_list("profile_id", flat=True).first()
        if whose is not None:
            times.move("last_written_at", profile_id=whose, at=event.at)
