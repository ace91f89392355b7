"""What happened with campaigns."""

from datetime import datetime
from uuid import UUID

from engagement.events.catalogue.base import Event


class CampaignChanged(Event, frozen=True, kw_only=True):
    """A campaign was launched, began to send, was paused, resumed, stopped, or is finished.

    ``change`` is launched, sending, paused, resumed, stopped or finished; ``status`` what it is since then.
    """

    name = "campaigns.changed"
    campaign_id: UUID
    change: str
    status: str
    reason: str
    actor_id: UUID | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"campaign:{self.campaign_id}"


class CampaignAnswered(Event, frozen=True, kw_only=True):
    """Somebody answered a campaign's message: a conversation began with it."""

    name = "campaigns.answered"
    campaign_id: UUID
    recipient_id: UUID
    profile_id: UUID
    conversation_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"campaign:{self.campaign_id}"
