"""Pause a campaign, let it go on, stop it for good, finish it. Each is safe to repeat.

A stop takes effect with its commit: the messages are held from then on. Taking back what was queued is work of its
own, ten thousand at a time, and goes on after a crash (``wind_up``, called by the worker too).
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from campaigns.actions.waking import wake_campaigns
from campaigns.models import Campaign, Recipient
from campaigns.reasons import ENDED, STOPPED
from campaigns.selectors.bound import UNDER_WAY, bound_to, withdrawn_from
from campaigns.selectors.fallback import awaits_receipts
from collaboration.models import ApprovalRequest
from collaboration.notifications.notifying import Words, notify
from engagement.channels.actions import groups
from engagement.channels.models import Transmission
from engagement.events.catalogue import CampaignChanged
from engagement.events.outbox import publish
from engagement.realtime.topics import poke
from engagement.statements import run
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

Status = Campaign.Status
APPROVAL_WITHDRAWN = "approval_withdrawn"
PAUSED_NEWS = "campaign.paused"  # the kind of notification
RULES = "rules"  # its segment cannot be asked any more
IN_PERSON = "person"  # a pause that somebody of ours decided; every other reason is the software's
_TAKEN_BACK = """
UPDATE campaigns_recipient SET state = 'skipped', code = %(code)s
WHERE campaign_id = %(campaign)s AND (state = 'waiting' OR state = 'queued' AND NOT EXISTS (
    SELECT FROM engagement_channels_transmission transmission
    WHERE transmission.source = 'campaigns.recipient' AND transmission.source_id = campaigns_recipient.key
      AND transmission.state <> 'cancelled'))
"""
# Whose email instead of the SMS was taken back: they got none.
_NO_FALLBACK = """
UPDATE campaigns_recipient SET fell_back_at = NULL
WHERE campaign_id = %(campaign)s AND fell_back_at IS NOT NULL AND EXISTS (
    SELECT FROM engagement_channels_transmission transmission
    JOIN engagement_channels_channel channel ON channel.key = transmission.channel_id
    WHERE transmission.source = 'campaigns.recipient' AND transmission.source_id = campaigns_recipient.key
      AND transmission.state = 'cancelled' AND channel.kind = 'email')
"""


class NotLaunched(ValueError):
    """Only what was launched and is not over can be paused, resumed or stopped."""


class ApprovalWithdrawn(NotLaunched):
    """The approval of what it sends was withdrawn, and not given again."""


class CampaignEnded(NotLaunched):
    """Its end has come while it was paused: nothing more leaves."""


def pause(
    *, campaign: Campaign, actor: User | None, now: datetime, reason: str = IN_PERSON, origin: Origin = NOWHERE
) -> Campaign:
    """Let nothing more leave until somebody resumes it. What a carrier is being given leaves. Raises NotLaunched."""
    with transaction.atomic():
        row = _launched(campaign)
        if row.status == Status.PAUSED:
            return row
        row.status, row.pause_reason = Status.PAUSED, reason
        groups.hold(group_id=row.pk, now=now)
        _write(row, "paused", actor, now, origin, reason)
        if reason == RULES:  # of what the delivery path holds, ``notify_held`` tells
            notify_owner(row, now=now)
    return row


def pause_for_withdrawn_approval(request: ApprovalRequest, actor: User, now: datetime) -> None:
    """Pause every campaign that is under way with content whose approval was withdrawn, and tell its owner.

    Called in the transaction of the withdrawal, so that the gate never refuses what waits: it is held instead.
    """
    for key in (
        bound_to([request.content_hash]).filter(status__in=UNDER_WAY).order_by("key").values_list("pk", flat=True)
    ):
        row = Campaign.objects.lock(key)
        if row.status not in UNDER_WAY or row.pause_reason == APPROVAL_WITHDRAWN:
            continue
        row.status, row.pause_reason = Status.PAUSED, APPROVAL_WITHDRAWN
        groups.hold(group_id=row.pk, now=now)
        _write(row, "paused", actor, now, NOWHERE, APPROVAL_WITHDRAWN)
        notify_owner(row, now=now, actor=actor)


def notify_owner(row: Campaign, *, now: datetime, actor: User | None = None) -> None:
    """Tell the owner, and who launched it, that it was paused and not by them."""
    title: Words = (gettext_noop("Paused: %(campaign)s"), {"campaign": row.name})
    if row.pause_reason == APPROVAL_WITHDRAWN and actor is not None:
        values = {"campaign": row.name, "who": str(actor)}
        title = (gettext_noop("Paused: %(campaign)s. %(who)s withdrew the approval of its content"), values)
    for person in {one for one in (row.owner, row.launched_by) if one is not None and one != actor}:
        notify(
            person=person,
            kind=PAUSED_NEWS,
            title=title,
            url=reverse("campaigns:campaign", args=[row.pk]),
            dedupe_key=f"campaign:{row.pk}:paused:{now.isoformat()}",
            now=now,
        )


def resume(*, campaign: Campaign, actor: User, now: datetime, origin: Origin = NOWHERE) -> Campaign:
    """Let it go on where it stood. Raises NotLaunched; CampaignEnded after its end (then ``end_if_over`` it);
    ApprovalWithdrawn until its content is approved again.
    """
    with transaction.atomic():
        row = _launched(campaign)
        if row.ends_at is not None and row.ends_at <= now:
            raise CampaignEnded(row.name)
        if row.status != Status.PAUSED:
            return row
        if withdrawn_from(row, now):
            raise ApprovalWithdrawn(row.name)
        row.status, row.pause_reason = (Status.SENDING if row.frozen_at else Status.LAUNCHING), ""
        groups.release(group_id=row.pk, now=now)
        _write(row, "resumed", actor, now, origin, "")
        wake_campaigns()
    return row


def stop(
    *, campaign: Campaign, actor: User | None, now: datetime, code: str = STOPPED, origin: Origin = NOWHERE
) -> Campaign:
    """End it for good: nothing leaves after the commit of this; who still waited gets ``code``. Call ``wind_up`` after.

    Raises NotLaunched for a draft.
    """
    with transaction.atomic():
        row = Campaign.objects.lock(campaign.pk)
        if row.is_draft:
            raise NotLaunched(row.name)
        if row.is_over:
            return row
        row.status, row.stop_code, row.pause_reason = Status.STOPPED, code, ""
        groups.hold(group_id=row.pk, now=now)
        _write(row, "stopped", actor, now, origin, code)
        wake_campaigns()
    return row


def wind_up(*, campaign_id: UUID, now: datetime) -> bool:
    """Take back what a stopped campaign had queued, and say of everybody who still waited why not.

    Call it outside a transaction. False: it was not stopped, or that is done already.
    """
    row = Campaign.objects.get(pk=campaign_id)
    if row.status != Status.STOPPED or row.over_at is not None:
        return False
    groups.cancel_group(group_id=row.pk, now=now)
    with transaction.atomic():
        row = Campaign.objects.lock(campaign_id)
        if row.over_at is not None:
            return False
        run(_TAKEN_BACK, {"campaign": row.pk, "code": row.stop_code or STOPPED})
        run(_NO_FALLBACK, {"campaign": row.pk})
        row.over_at = now
        row.save(update_fields=["over_at"])
        poke(f"campaign:{row.pk}", "campaigns:all")
    return True


def end_if_over(*, campaign_id: UUID, now: datetime) -> bool:
    """Stop a campaign whose end has come, finish one that has nothing left; say whether it is over."""
    with transaction.atomic():
        row = Campaign.objects.lock(campaign_id)
        if row.is_draft or row.is_over:
            return row.is_over
        has_ended = row.ends_at is not None and row.ends_at <= now
        is_sent = row.status == Status.SENDING and row.frozen_at is not None and not _has_something_left(row)
        if has_ended and not is_sent:
            stop(campaign=row, actor=None, now=now, code=ENDED)
            return True
        if not is_sent or (not has_ended and awaits_receipts(row, now=now)):
            return False
        row.status, row.over_at = Status.FINISHED, now
        _write(row, "finished", None, now, NOWHERE, "")
    return True


def _has_something_left(row: Campaign) -> bool:
    state = Transmission.State
    if Recipient.objects.filter(campaign=row, state=Recipient.State.WAITING).exists():
        return True
    on_its_way = [state.QUEUED, state.CLAIMED, state.HANDING]
    return Transmission.objects.filter(group_id=row.pk, state__in=on_its_way).exists()


def _launched(campaign: Campaign) -> Campaign:
    row = Campaign.objects.lock(campaign.pk)
    if row.is_draft or row.is_over:
        raise NotLaunched(row.name)
    return row


def _write(row: Campaign, change: str, actor: User | None, now: datetime, origin: Origin, reason: str) -> None:
    row.changed_at = now
    row.save(update_fields=["status", "pause_reason", "stop_code", "over_at", "changed_at"])
    record(actor=actor, action=f"campaign.{change}", subject=row, now=now, detail={"reason": reason}, origin=origin)
    publish(
        CampaignChanged(
            campaign_id=row.pk,
            change=change,
            status=row.status,
            reason=reason,
            actor_id=actor.pk if actor else None,
            at=now,
        ),
        now=now,
    )
    poke(f"campaign:{row.pk}", "campaigns:all")
