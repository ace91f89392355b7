"""Mark opt-out requests for a person, and judge them."""

from datetime import datetime

from django.db import transaction

from engagement.channels.models import OptOutWish, RawEvent
from engagement.events.catalogue import OptOutJudged
from engagement.events.outbox import publish
from engagement.profiles.models import Identity
from engagement.profiles.models.consent import Purpose
from engagement.profiles.rights.returning import withdraw_unless_erased
from engagement.realtime.topics import poke
from engagement.village.audit import record
from engagement.village.models import User


def mark_request(*, raw: RawEvent, identity: Identity, text: str) -> OptOutWish:
    """Keep that a message may ask for no more marketing. Call it in the transaction that makes the message known; safe
    to repeat.
    """
    row, _made = OptOutWish.objects.get_or_create(
        raw_event_key=raw.key,
        defaults={
            "channel": raw.channel,
            "profile_id": identity.profile.canonical_id or identity.profile_id,
            "address": identity.address_norm,
            "text": text[:2000],
            "at": raw.received_at,
        },
    )
    poke("attention:all")
    return row


@transaction.atomic
def decide(*, wish: OptOutWish, honour: bool, actor: User, now: datetime) -> OptOutWish:
    """Withdraw their consent to marketing by this kind of channel, or leave it as it is. The first decision stays."""
    row = OptOutWish.objects.select_for_update(of=("self",)).select_related("channel").get(key=wish.key)
    if row.honoured is not None:
        return row
    row.honoured, row.decided_by, row.decided_at = honour, actor, now
    row.save(update_fields=["honoured", "decided_by", "decided_at"])
    if honour:
        evidence = {"words": row.text[:200], "raw_event": str(row.raw_event_key), "address": row.address}
        withdraw_unless_erased(
            profile_id=row.profile_id,
            channel=row.channel.kind,
            purpose=Purpose.MARKETING,
            source="mail" if row.channel.kind == "email" else "text",
            evidence=evidence,
            actor=actor,
            now=now,
        )
    judged = OptOutJudged(raw_event_id=row.raw_event_key, profile_id=row.profile_id, honoured=honour, at=now)
    publish(judged, now=now)
    record(actor=actor, action="optout.decided", subject=row, now=now, detail={"honoured": honour})
    poke("attention:all")
    return row
