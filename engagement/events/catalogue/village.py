"""What happened among those who work here."""

from datetime import datetime
from uuid import UUID

from engagement.events.catalogue.base import Event


class SessionsEnded(Event, frozen=True, kw_only=True):
    """Some or all sessions of a person who works here were ended; what they have open must ask again."""

    name = "village.sessions_ended"
    person_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"person:{self.person_id}"


class WorkHandedOver(Event, frozen=True, kw_only=True):
    """What was with a person was given to colleagues. ``counts``: how many of each kind (village.responsibilities);
    ``receivers``: which kinds each colleague (by id) got."""

    name = "village.work_handed_over"
    person_id: UUID
    actor_id: UUID
    counts: dict[str, int]
    receivers: dict[str, list[str]]
    at: datetime

    @property
    def subject(self) -> str:
        return f"person:{self.person_id}"
