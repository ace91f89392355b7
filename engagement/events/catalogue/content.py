"""What happened to the texts that we send."""

from datetime import datetime
from uuid import UUID

from engagement.events.catalogue.base import Event


class RevisionSaved(Event, frozen=True, kw_only=True):
    """A template was edited: what is said from now on has another hash."""

    name = "content.revision_saved"
    template_id: UUID
    revision_id: UUID
    number: int
    content_hash: str
    author_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"template:{self.template_id}"
