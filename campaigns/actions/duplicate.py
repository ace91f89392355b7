"""A new draft like a campaign that is there, whatever became of it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

# Everything that a marketer decides, but the dates: those of the first one are over.
COPIED = (
    *("objective", "budget", "currency", "segment_id", "plan", "in_local_time"),
    *("email_template_id", "sms_template_id", "email_channel_id", "sms_channel_id"),
    *("holdout_percent", "holdout_exception", "cap_count", "cap_days", "attribution", "attribution_days"),
)
_MAX_NAME = 200


def duplicate_campaign(*, campaign: Campaign, actor: User, now: datetime, origin: Origin = NOWHERE) -> Campaign:
    """Make a draft of ``actor`` with all that the campaign says, but its dates and what a launch bound."""
    name = _("%(name)s (copy)") % {"name": campaign.name}
    with transaction.atomic():
        made = Campaign.objects.create(
            name=name[:_MAX_NAME],
            owner=actor,
            created_at=now,
            changed_at=now,
            **{field: getattr(campaign, field) for field in COPIED},
        )
        detail = {"from": str(campaign.pk), "name": campaign.name}
        record(actor=actor, action="campaign.duplicated", subject=made, now=now, detail=detail, origin=origin)
        poke("campaigns:all")
    return made
