"""Create campaigns and change them until they are launched."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.models import Campaign
from campaigns.models.campaign import organization_zone
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

WHEN = {"begins_at", "in_local_time"}  # a start is understood in the organization's zone of when it was entered


class AlreadyLaunched(ValueError):
    """Only a draft can be changed."""


def create_campaign(*, values: Mapping[str, Any], actor: User, now: datetime, origin: Origin = NOWHERE) -> Campaign:
    """Create a draft; ``actor`` owns it unless ``values`` say who does."""
    with transaction.atomic():
        campaign = Campaign(**values, begins_zone=organization_zone(), created_at=now, changed_at=now)
        if campaign.owner is None:
            campaign.owner = actor
        campaign.save(force_insert=True)
        _audit(campaign, "campaign.added", sorted(values), actor, now, origin)
    return campaign


def change_campaign(
    *, campaign: Campaign, changes: Mapping[str, Any], actor: User, now: datetime, origin: Origin = NOWHERE
) -> Campaign:
    """Change a draft that the caller has locked; what is the same already is no change. Raises AlreadyLaunched."""
    if not campaign.is_draft:
        raise AlreadyLaunched(campaign.name)
    changed = sorted(name for name, value in changes.items() if getattr(campaign, name) != value)
    if not changed:
        return campaign
    with transaction.atomic():
        for name in changed:
            setattr(campaign, name, changes[name])
        campaign.changed_at = now
        written = [*changed, "changed_at"]
        if WHEN & set(changed):
            campaign.begins_zone = organization_zone()
            written.append("begins_zone")
        campaign.save(update_fields=written)
        _audit(campaign, "campaign.changed", changed, actor, now, origin)
    return campaign


def _audit(campaign: Campaign, action: str, fields: list[str], actor: User, now: datetime, origin: Origin) -> None:
    record(actor=actor, action=action, subject=campaign, now=now, detail={"fields": fields}, origin=origin)
    poke("campaigns:all", f"campaign:{campaign.pk}")
