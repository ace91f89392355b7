"""What happened to the blueprint."""

from datetime import datetime
from uuid import UUID

from engagement.events.catalogue.base import Event


class ContractChanged(Event, frozen=True, kw_only=True):
    """Somebody changed the contract of a component or of one of its links.

    ``component_id`` is the component on whose page it stands; ``told_ids`` the owners of its neighbors, without whoever
    changed it.
    """

    name = "operations.contract_changed"
    component_id: UUID
    component_name: str
    told_ids: list[UUID]
    actor_id: UUID | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"component:{self.component_id}"
