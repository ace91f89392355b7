"""Offer work to another department."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from collaboration.handoffs.errors import AlreadyOffered, MissingSummary
from collaboration.handoffs.telling import tell
from collaboration.models import Handoff
from engagement.village.models import Department, User

LONGEST = 5_000  # characters of a summary


@transaction.atomic
def offer(
    *,
    subject_type: str,
    subject_id: UUID,
    profile_id: UUID | None,
    summary: str,
    facts: Sequence[tuple[str, str]],
    from_department: Department | None,
    to_department: Department,
    place_id: UUID | None,
    place_name: Sequence[str],
    actor: User,
    now: datetime,
) -> Handoff:
    """Offer a subject to a department; it stays where it is until somebody there takes it.

    ``place_name`` is its place's name in English and in Portuguese, ``facts`` what is known, as (name, value).
    Raises MissingSummary, AlreadyOffered.
    """
    summary = summary.replace("\x00", "").strip()[:LONGEST]
    if not summary:
        raise MissingSummary
    before = Handoff.objects.filter(subject_type=subject_type, subject_id=subject_id)
    if waiting := before.offered().select_related("to_department").first():
        raise AlreadyOffered(waiting)
    made = Handoff(
        subject_type=subject_type,
        subject_id=subject_id,
        profile_id=profile_id,
        summary=summary,
        facts=[list(fact) for fact in facts],
        from_department=from_department,
        to_department=to_department,
        place_id=place_id,
        place_name=list(place_name),
        offered_by=actor,
        offered_at=now,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # a colleague offered it at the same moment
        raise AlreadyOffered(before.offered().select_related("to_department").get()) from None
    tell(made, change="offered", actor=actor, now=now)
    return made
