"""Tell members what concerns them, once each: notices are rows first, and leave as transmissions in batches."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from community.models import Notice, Topic
from community.people import one_per_person
from community.selectors.told import things_of
from community.site import NoMailChannel, mail_channel
from engagement.channels.actions.transmit import Recipient, transmit
from engagement.channels.models import Channel, Transmission
from engagement.profiles.models import Identity
from engagement.wakeups import wake

SOURCE = "community.notice"
SEND_NOTICES = "community.tasks.send_notices"
BATCH = 200


def tell(*, members: Iterable[UUID], kind: str, topic_id: UUID, about: UUID, now: datetime) -> None:
    """Note what these members are told of; the same thing is never noted twice, and a person with two memberships is
    told once, by the first of them. Call it in a transaction.
    """
    wanted = one_per_person(members)
    rows = [Notice(member_id=member, kind=kind, topic_id=topic_id, about=about, at=now) for member in wanted]
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    if rows:
        transaction.on_commit(lambda: wake(SEND_NOTICES))


@transaction.atomic
def send_waiting(*, now: datetime, limit: int = BATCH) -> int:
    """Queue an e-mail for each of the oldest notices that wait; return how many were taken.

    Any number of workers may do so at once. A member without a confirmed address gets none, and nobody is told of a
    post that was taken out of sight meanwhile. Without any e-mail channel all of them keep waiting.
    """
    try:
        channel = mail_channel()
    except NoMailChannel:
        return 0
    waiting = Notice.objects.filter(queued_at=None).select_related("member", "topic").order_by("key")
    notices = list(waiting.select_for_update(skip_locked=True, of=("self",))[:limit])
    addresses = _addresses({notice.member.profile_id for notice in notices})
    things = things_of(notices)
    for notice in notices:
        address = addresses.get(notice.member.profile_id)
        if address and notice.about in things and notice.topic.state != Topic.State.HELD:
            _queue(notice, channel, address, now)
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(queued_at=now)
    return len(notices)


def _addresses(profiles: set[UUID]) -> dict[UUID, str]:
    """The newest confirmed address of each; the preferred one wins."""
    confirmed = Identity.objects.at_home_with(profiles).filter(kind="email", valid_to=None, verified_at__isnull=False)
    rows = confirmed.order_by("preferred", "verified_at", "key")
    return {row.home_or_profile_id: row.address for row in rows}


def _queue(notice: Notice, channel: Channel, address: str, now: datetime) -> None:
    transmit(
        channel=channel,
        unique_key=f"{SOURCE}:{notice.pk}",
        purpose=Transmission.Purpose.SERVICE,
        source=SOURCE,
        source_id=notice.pk,
        recipients=[Recipient(address=address, name=notice.member.display_name, role="to")],
        external_id=f"{notice.pk}@{channel.address.rpartition('@')[2] or 'localhost'}",
        not_before=now,
        profile_id=notice.member.profile_id,
        requested_by=None,
        now=now,
    )
