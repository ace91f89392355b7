"""Waves: those whose time has come are handed to the delivery path, some thousands at a time.

No more than MOST_QUEUED wait there at once, so that a pause, a stop and an unsubscription find little to take back.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from campaigns.actions import waiting
from campaigns.actions.freezing import at_it_alone
from campaigns.models import Campaign, Recipient
from campaigns.models.campaign import PURPOSE
from campaigns.models.recipient import SOURCE
from content.rendering import compiled
from content.variables import values_of
from engagement.channels.actions.transmit_many import transmit_many
from engagement.channels.delivery.waking import wake_delivery
from engagement.channels.models import Channel, Transmission
from engagement.profiles.models import Profile
from engagement.realtime.topics import poke
from engagement.statements import run

MOST_QUEUED = 20_000
AT_ONCE = 2_000
_QUEUED = """
UPDATE campaigns_recipient SET state = 'queued', values = given.values::jsonb
FROM unnest(%(keys)b::uuid[], %(values)b::text[]) AS given (key, values)
WHERE campaigns_recipient.key = given.key AND campaigns_recipient.state = 'waiting'
"""


def queue_wave(*, campaign_id: UUID, now: datetime, limit: int = AT_ONCE) -> int:
    """Look at the next recipients and hand them to the delivery path; return how many were looked at. 0: it is not
    their time, or enough wait there.

    Transmissions have unique keys made of the recipient's, so that a wave that is made twice adds nothing.
    """
    with transaction.atomic():
        if not at_it_alone(campaign_id):
            return 0
        campaign = Campaign.objects.lock(campaign_id)
        if campaign.status != Campaign.Status.SENDING or (campaign.ends_at is not None and campaign.ends_at <= now):
            return 0
        recipients = _next(campaign, _room(campaign, limit), now)
        if recipients:
            _hand_over(campaign, waiting.settle(campaign=campaign, recipients=recipients), now)
            wake_delivery(not_before=now, now=now)
            poke(f"campaign:{campaign.pk}")
    return len(recipients)


def _room(campaign: Campaign, limit: int) -> int:
    queued = Transmission.objects.filter(group_id=campaign.pk, state=Transmission.State.QUEUED)
    return max(0, min(limit, MOST_QUEUED - queued.count()))


def _next(campaign: Campaign, room: int, now: datetime) -> list[Recipient]:
    due = Recipient.objects.filter(campaign=campaign, state=Recipient.State.WAITING, send_at__lte=now)
    return list(due.order_by("send_at", "key")[:room])


def _hand_over(campaign: Campaign, recipients: Sequence[Recipient], now: datetime) -> None:
    if not recipients:
        return
    sender = {kind: campaign.channel_of(kind) for kind in campaign.kinds}
    hashes = {kind: revision.content_hash for kind in campaign.kinds if (revision := campaign.revision_of(kind))}
    rows = [
        transmission(
            campaign=campaign,
            recipient=one,
            channel=_given(sender[one.channel]),
            content_hash=hashes[one.channel],
            address=one.address,
            locale=one.locale,
            not_before=now,
            now=now,
        )
        for one in recipients
    ]
    transmit_many(rows)
    values = _values(campaign, recipients)
    run(_QUEUED, {"keys": list(values), "values": [msgspec.json.encode(one).decode() for one in values.values()]})


def transmission(
    *,
    campaign: Campaign,
    recipient: Recipient,
    channel: Channel,
    content_hash: str,
    address: str,
    locale: str,
    not_before: datetime,
    now: datetime,
) -> Transmission:
    """Return the (unsaved) transmission to a recipient by a channel; the same unique key each time."""
    return Transmission(
        unique_key=f"{SOURCE}:{recipient.key}:{channel.kind}",
        channel=channel,
        profile_id=recipient.profile_id,
        purpose=PURPOSE,
        source=SOURCE,
        source_id=recipient.key,
        recipients=[{"address": address, "name": "", "role": "to"}],
        external_id=external_id(recipient.key, channel),
        not_before=not_before,
        group_id=campaign.pk,
        content_hash=content_hash,
        locale=locale,
        requested_by_id=campaign.launched_by_id,
        created_at=now,
        state_at=now,
    )


def external_id(key: UUID, channel: Channel) -> str:
    """Return the Message-ID of an e-mail (RFC 5322 section 3.6.4), the same at each attempt. A provider of SMS
    gives its own when it takes the message.
    """
    if channel.kind != "email":
        return f"campaign.{key.hex}"
    return f"campaign.{key.hex}@{channel.address.rpartition('@')[2] or 'localhost'}"


def _values(campaign: Campaign, recipients: Sequence[Recipient]) -> dict[UUID, dict[str, Any]]:
    """What the words will be filled with, by recipient: of each person only what the words ask for. Two queries."""
    names = wanted(campaign)
    profiles = Profile.objects.filter(pk__in=[one.profile_id for one in recipients]).only(
        "name", "place", "country", "language", "attributes"
    )
    known = values_of(profiles)
    return {one.key: frozen(known.get(one.profile_id, {}), names) for one in recipients}


def wanted(campaign: Campaign) -> frozenset[str]:
    """Return the names that the bound revisions ask for."""
    revisions = [key for key in (campaign.email_revision_id, campaign.sms_revision_id) if key]
    return frozenset().union(*(compiled(key).variables for key in revisions))


def frozen(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return values as they are kept: JSON, a date marked as one."""
    return {
        name: {"date": values[name].isoformat()} if isinstance(values[name], date) else values[name]
        for name in names
        if name in values
    }


def thawed(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return kept values as the words want them."""
    return {
        name: date.fromisoformat(value["date"]) if isinstance(value, dict) else value
        for name, value in (values or {}).items()
    }


def _given(channel: Channel | None) -> Channel:
    if channel is None:
        raise LookupError("a recipient was frozen for a channel that its campaign does not have")
    return channel
