"""Launch a campaign: bind the approved revisions exactly, keep the rules, and let the work begin."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from campaigns.actions.waking import wake_campaigns
from campaigns.models import Campaign
from campaigns.selectors.launch_snapshot import Change, Seen
from campaigns.selectors.preflight import Check, Examined, examine, missing
from collaboration.approvals.locking import lock_subject
from content.approval import KIND
from engagement.channels.actions import groups
from engagement.events.catalogue import CampaignChanged
from engagement.events.outbox import publish
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

BOUND = ("status", "launched_at", "launched_by", "changed_at", "rules", "email_revision", "sms_revision")


class NotReady(ValueError):
    """Something that a launch needs is missing; ``checks`` say what."""

    def __init__(self, checks: Sequence[Check]) -> None:
        super().__init__("; ".join(str(check.title) for check in checks))
        self.checks = checks


class NothingSeen(ValueError):
    """The launch does not say what was looked at."""


class ChangedMeanwhile(ValueError):
    """What would be launched is not what was looked at; ``changes`` say what."""

    def __init__(self, changes: Sequence[Change]) -> None:
        super().__init__("; ".join(map(str, changes)))
        self.changes = changes


def launch(
    *, campaign: Campaign, actor: User, now: datetime, origin: Origin = NOWHERE, seen: Seen | None = None
) -> Campaign:
    """Launch a draft. A campaign that was launched already stays as it is: of two launches at once one counts.

    ``seen``: what the person looked at (``launch_snapshot``); anything else is not launched. None: called by a program
    that has looked itself, in the same transaction. Raises NotReady, NothingSeen, ChangedMeanwhile, and then nothing
    has changed.
    """
    with transaction.atomic():
        row = Campaign.objects.lock(campaign.pk)
        if not row.is_draft:
            return row
        for template_id in sorted(key for key in (row.email_template_id, row.sms_template_id) if key):
            lock_subject(KIND, template_id)  # an approval that is withdrawn now waits, and then pauses this campaign
        found = examine(campaign=row, now=now)
        lacking = missing(found.checks)
        if lacking:
            raise NotReady(lacking)
        _require_seen(found, seen)
        _bind(row, found)
        row.status, row.launched_at, row.launched_by, row.changed_at = Campaign.Status.LAUNCHING, now, actor, now
        row.save(update_fields=BOUND)
        days = row.cap_days if row.cap_count else 0
        groups.ask(
            group_id=row.pk,
            cap=row.cap_count,
            cap_days=days,
            quiet=True,
            ends_at=row.ends_at,
            began_at=now,
            stops_on=row.kinds,
        )
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


def _require_seen(found: Examined, seen: Seen | None) -> None:
    if seen is None:
        return
    if not seen.seen_hash:
        raise NothingSeen
    changes = found.snapshot.changes_since(seen)
    if changes:
        raise ChangedMeanwhile(changes)


def _bind(row: Campaign, found: Examined) -> None:
    """Keep what is sent to whom: the approved revisions and the rules that were examined, as they stood then."""
    if row.segment is None:
        raise LookupError("the preflight lets no campaign pass without a segment")
    row.rules = row.segment.rules
    row.email_revision = row.sms_revision = None
    if "email" in row.kinds and row.email_template_id:
        row.email_revision = found.approved.get(row.email_template_id)
    if "sms" in row.kinds and row.sms_template_id:
        row.sms_revision = found.approved.get(row.sms_template_id)
