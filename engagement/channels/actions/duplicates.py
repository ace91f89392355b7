"""Say of a delivery that another one has said the same already."""

from uuid import UUID

from engagement.channels.models import RawEvent


def mark_duplicate(*, raw_event_id: UUID, twin: UUID) -> None:
    """Keep with a delivery that was read which other one brought its message. Safe to repeat."""
    read = RawEvent.objects.filter(key=raw_event_id, status=RawEvent.Status.READ)
    read.update(status=RawEvent.Status.DUPLICATE, twin=twin)
