"""Judge what sounded like a wish to be left alone."""

from datetime import datetime

from django.db import transaction

from engagement.channels.models import OptOutWish
from engagement.profiles.models.consent import Purpose
from engagement.profiles.rights.returning import withdraw_unless_erased
from engagement.realtime.topics import poke
from engagement.village.audit import record
from engagement.village.models import User


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
            source="text",
            evidence=evidence,
            actor=actor,
            now=now,
        )
    record(actor=actor, action="optout.decided", subject=row, now=now, detail={"honoured": honour})
    poke("attention:all")
    return row
