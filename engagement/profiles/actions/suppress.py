"""Never write to an address again, and lift that."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from engagement.events.catalogue import Suppressed
from engagement.events.outbox import publish
from engagement.profiles import withdrawals
from engagement.profiles.addresses import normalised
from engagement.profiles.models import Identity, Suppression
from engagement.profiles.models.consent import Purpose
from engagement.profiles.suppression import address_hash
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

# By which kinds of channel an address of a kind is written to.
CHANNELS_OF = {"email": ("email",), "phone": ("sms", "whatsapp")}


class SuppressionRefused(ValueError):
    """A suppression that is none; the message says why."""


def suppress(
    *,
    kind: str,
    address: str,
    purpose: str,
    reason: str,
    source: str,
    now: datetime,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    actor: User | None = None,
    origin: Origin = NOWHERE,
) -> Suppression:
    """Hold back everything for ``purpose`` ("" = whatever it is) from an address, known or not, from ``now`` on, or
    from ``starts_at``, which may lie ahead.

    Keeps the keyed hash only. What waits to leave for whoever has the address is stopped in the same transaction.
    Safe to repeat and to run in parallel: while one of the same source without an end is open for the address and
    purpose, it is returned; if it would begin later, it begins earlier now. Raises InvalidAddress, SuppressionRefused.
    """
    if purpose and purpose not in Purpose.values:
        raise SuppressionRefused(f"{purpose!r} is no purpose; there are {', '.join(Purpose.values)}")
    begins = starts_at or now
    if ends_at is not None and ends_at <= begins:
        raise SuppressionRefused("a suppression ends after it begins")
    norm = normalised(kind, address)
    row = Suppression(
        kind=kind,
        address_hash=address_hash(kind, norm),
        purpose=purpose,
        reason=reason,
        source=source,
        actor=actor,
        starts_at=begins,
        ends_at=ends_at,
    )
    with transaction.atomic():
        standing = _insert(row)
        if standing is not None:
            return standing
        if begins <= now:
            _stop_what_waits(kind, norm, purpose, now)
        _tell(row, actor, now, origin, lifted=False)
    return row


def lift(*, suppression_id: UUID, actor: User | None, now: datetime, origin: Origin = NOWHERE) -> Suppression:
    """End a suppression; the row stays. Safe to repeat. Raises Suppression.DoesNotExist."""
    with transaction.atomic():
        row = Suppression.objects.select_for_update().get(pk=suppression_id)
        if row.ends_at is not None and row.ends_at <= now:
            return row
        row.ends_at = max(now, row.starts_at)
        row.save(update_fields=["ends_at"])
        _tell(row, actor, now, origin, lifted=True)
    return row


def suppressions_of(*, kind: str, address: str, now: datetime) -> list[Suppression]:
    """Return what holds an address back at ``now``. Raises InvalidAddress."""
    hashed = address_hash(kind, normalised(kind, address))
    return list(Suppression.objects.in_force(now).filter(kind=kind, address_hash=hashed).order_by("key"))


def _insert(row: Suppression) -> Suppression | None:
    """Insert; or return the open one that stands. The unique constraint decides between parallel calls."""
    as_long = Q(ends_at=None) if row.ends_at is None else Q(ends_at=None) | Q(ends_at__gte=row.ends_at)
    same = Suppression.objects.filter(
        as_long, kind=row.kind, address_hash=row.address_hash, purpose=row.purpose, source=row.source
    )
    while True:
        standing = same.order_by(F("ends_at").desc(nulls_first=True), "key").first()
        if standing is not None:
            if standing.starts_at > row.starts_at:
                standing.starts_at = row.starts_at
                standing.save(update_fields=["starts_at"])
            return standing
        Suppression.objects.bulk_create([row], ignore_conflicts=True)
        if Suppression.objects.filter(pk=row.pk).exists():
            return None


def _stop_what_waits(kind: str, norm: str, purpose: str, now: datetime) -> None:
    theirs = Identity.objects.filter(kind=kind, address_norm=norm, valid_to=None)
    profiles = sorted(set(theirs.values_list("profile_id", flat=True)))
    for channel in CHANNELS_OF.get(kind, (kind,)) if profiles else ():
        for each in [purpose] if purpose else Purpose.values:
            withdrawals.tell(profile_ids=profiles, channel=channel, purpose=each, now=now)
    for profile_id in profiles:
        poke(f"profile:{profile_id}")


def _tell(row: Suppression, actor: User | None, now: datetime, origin: Origin, *, lifted: bool) -> None:
    publish(
        Suppressed(
            suppression_id=row.key, kind=row.kind, purpose=row.purpose, reason=row.reason, lifted=lifted, at=now
        ),
        now=now,
    )
    record(
        actor=actor,
        action="suppression.lifted" if lifted else "suppression.made",
        subject=row,
        now=now,
        detail={"reason": row.reason, "source": row.source},
        origin=origin,
    )
