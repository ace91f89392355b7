"""Legal holds: while one stands, nothing of the person is erased."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from engagement.events.catalogue import LegalHoldChanged
from engagement.events.outbox import publish
from engagement.profiles.family import family_of, lock_family
from engagement.profiles.models import DataRequest, Erasure, LegalHold
from engagement.profiles.rights.filing import RequestRefused
from engagement.profiles.rights.telling import tell
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

State, Kind = DataRequest.State, DataRequest.Kind


def hold(
    *,
    profile_id: UUID,
    reason: str,
    actor: User,
    now: datetime,
    ends_at: datetime | None = None,
    origin: Origin = NOWHERE,
) -> LegalHold:
    """Forbid the erasure of a person, until ``ends_at`` or until it is lifted; waiting erasures are held.

    Raises RequestRefused, Profile.DoesNotExist.
    """
    with transaction.atomic():
        family = lock_family(profile_id)
        if not reason.strip():
            raise RequestRefused(_("Say what their data is needed for."))
        if ends_at is not None and ends_at <= now:
            raise RequestRefused(_("Choose a time that is still to come."))
        if Erasure.objects.filter(profile_id__in=family).exists():
            raise RequestRefused(_("The erasure has begun and cannot be stopped."))
        row = LegalHold.objects.create(
            profile_id=family[0],
            reason=reason.strip()[:500],
            starts_at=now,
            ends_at=ends_at,
            set_by=actor,
            set_at=now,
        )
        follow(family, actor, now, origin)
        _tell(row, actor, now, origin, lifted=False)
    return row


def lift(*, hold_id: UUID, reason: str, actor: User, now: datetime, origin: Origin = NOWHERE) -> LegalHold:
    """End a hold; what it held back waits in the queue again. Safe to repeat. Raises LegalHold.DoesNotExist."""
    with transaction.atomic():
        family = lock_family(LegalHold.objects.get(pk=hold_id).profile_id)
        row = LegalHold.objects.select_for_update().get(pk=hold_id)
        if row.lifted_at is not None:
            return row
        row.lifted_at, row.lifted_by, row.lift_reason = now, actor, reason.strip()[:500]
        row.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
        follow(family, actor, now, origin)
        _tell(row, actor, now, origin, lifted=True)
    return row


def standing(family: Sequence[UUID], now: datetime) -> list[LegalHold]:
    """Return what forbids the erasure of a person now. One query."""
    return list(LegalHold.objects.standing(now).filter(profile_id__in=family).select_related("set_by").order_by("key"))


def follow(family: Sequence[UUID], actor: User | None, now: datetime, origin: Origin = NOWHERE) -> None:
    """Bring the person's waiting erasures to what the holds say: held, or open again."""
    is_held = LegalHold.objects.standing(now).filter(profile_id__in=family).exists()
    asked = DataRequest.objects.waiting().filter(profile_id__in=family, kind=Kind.ERASURE).select_for_update()
    for request in asked.order_by("key"):
        if is_held != (request.state == State.HELD):
            request.state = State.HELD if is_held else State.OPEN
            request.save(update_fields=["state"])
            tell(request, "held" if is_held else "released", actor, now, origin)


def release_ended(*, now: datetime) -> int:
    """Open the erasures again whose holds have come to their end by themselves; return how many people it was."""
    held = DataRequest.objects.filter(state=State.HELD).order_by().values_list("profile_id", flat=True)
    people = [key for key in held.distinct() if not standing(family_of(key), now)]
    for profile_id in people:
        with transaction.atomic():
            follow(lock_family(profile_id), None, now)
    return len(people)


def _tell(row: LegalHold, actor: User, now: datetime, origin: Origin, *, lifted: bool) -> None:
    publish(LegalHoldChanged(hold_id=row.key, profile_id=row.profile_id, lifted=lifted, at=now), now=now)
    action = "legal_hold.lifted" if lifted else "legal_hold.set"
    record(actor=actor, action=action, subject=row, now=now, detail={"profile": str(row.profile_id)}, origin=origin)
    poke(f"profile:{row.profile_id}")
