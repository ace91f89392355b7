"""What happened to what we know of a customer."""

from datetime import datetime
from uuid import UUID

from engagement.events.catalogue.base import Event


class ProfileCreated(Event, frozen=True, kw_only=True):
    """A person, or an address of one, was met for the first time."""

    name = "profiles.profile_created"
    profile_id: UUID
    identity_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"profile:{self.profile_id}"
