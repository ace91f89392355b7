"""Launch a campaign: bind the approved revisions exactly, keep the rules, and let the work begin."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from campaigns.actions.waking import wake_campaigns
from campaigns.models import Campaign
from campaigns.selectors.preflight import Check, missing, preflight
from content.selectors.approved import revision_of
from engagement.channels.actions import groups
from engagement.events.catalogue import CampaignChanged
from engagement.events.outbox import publish
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User


class NotReady(ValueError):
    """Something that a launch needs is missing; ``checks`` say what."""

    def __init__(self, checks: Sequence[Check]) -> None:
        super().__init__("; ".join(str(check.title) for check in checks))
        self.checks = checks


def launch(*, campaign: Campaign, actor: User, now: datetime, origin: Origin = NOWHERE) -> Campaign:
    """Launch a draft. A campaign that was launched already stays as it is: of two launches at once one counts.

    Raises NotReady, and then nothing has changed.
    """
    with transaction.atomic():
        row = Campaign.objects.lock(campaign.pk)
        if not row.is_draft:
            return row
        lacking = missing(preflight(campaign=row, now=now))
        if lacking:
            raise NotReady(lacking)
        _bind(row, now)
        row.status, row.launched_at, row.launched_by, row.changed_at = Campaign.Status.LAUNCHING, now, actor, now
        row.save()
        groups.ask(group_id=row.pk, cap=row.cap_count, cap_days=row.cap_days if row.cap_count else 0, quiet=True)
        detail = {kind: revision.content_hash for kind in row.kinds if (revision := row.revision_of(kind))}
        record(actor=actor, action="campaign.launched", subject=row, now=now, detail=detail, origin=origin)
        publish(
            CampaignChanged(
                campaign_id=row.pk, change="launched", status=row.status, reason="", actor_id=actor.pk, at=now
            ),
            now=now,
        )
        poke(f"campaign:{row.pk}", "campaigns:all")
        wake_campaigns()
    return row


def _bind(row: Campaign, now: datetime) -> None:
    """Keep what is sent to whom: the newest approved revisions and the rules as they stand."""
    if row.segment is None:
        raise LookupError("the preflight lets no campaign pass without a segment")
    row.rules = row.segment.rules
    row.email_revision = row.sms_revision = None
    if "email" in row.kinds and row.email_template_id:
        row.email_revision = revision_of(row.email_template_id, now)
    if "sms" in row.kinds and row.sms_template_id:
        row.sms_revision = revision_of(row.sms_template_id, now)
