"""Plan the use cases of the catalog, and lead workshops."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from engagement.operations.checklist import AREAS, ASPECTS
from engagement.operations.models import UseCasePlan, Workshop, WorkshopParticipant, WorkshopScore
from engagement.operations.models.workshop import MAX_PARTICIPANTS
from engagement.operations.use_cases import UseCase
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no letter that is taken for a digit
CODE_LENGTH = 8
CODE_LASTS = timedelta(hours=12)
MAX_NAME = 60


class MethodRefused(ValueError):
    """What was asked cannot be; the message is a sentence for whoever asked."""


@transaction.atomic
def plan_use_case(
    *,
    use_case: UseCase,
    is_adopted: bool,
    target_date: date | None,
    actor: User,
    now: datetime,
    origin: Origin = NOWHERE,
) -> UseCasePlan:
    """Say until when a use case is meant to be adopted and, where nothing measures it, whether it is."""
    if use_case.is_measured:
        is_adopted = False
    plan, _is_new = UseCasePlan.objects.update_or_create(
        use_case=use_case.code,
        defaults={"is_adopted": is_adopted, "target_date": target_date, "changed_by": actor, "changed_at": now},
    )
    detail = {"adopted": is_adopted, "target": target_date.isoformat() if target_date else ""}
    record(actor=actor, action="use_case.planned", subject=plan, now=now, detail=detail, origin=origin)
    return plan


@transaction.atomic
def open_workshop(*, title: str, agenda: str, actor: User, now: datetime, origin: Origin = NOWHERE) -> Workshop:
    """Open a workshop that phones join by its code for twelve hours."""
    workshop = Workshop.objects.create(
        title=title,
        agenda=Workshop.Agenda(agenda),
        code="".join(secrets.choice(CODE_ALPHABET) for _place in range(CODE_LENGTH)),
        expires_at=now + CODE_LASTS,
        facilitator=actor,
        created_at=now,
    )
    record(actor=actor, action="workshop.opened", subject=workshop, now=now, origin=origin)
    return workshop


@transaction.atomic
def close_workshop(*, workshop: Workshop, actor: User, now: datetime, origin: Origin = NOWHERE) -> Workshop:
    """Nobody joins or scores any more. Safe to repeat."""
    locked = Workshop.objects.select_for_update(of=("self",)).get(pk=workshop.pk)
    if locked.closed_at is None:
        locked.closed_at = now
        locked.save(update_fields=["closed_at"])
        record(actor=actor, action="workshop.closed", subject=locked, now=now, origin=origin)
    return locked


@transaction.atomic
def write_notes(
    *, workshop: Workshop, notes: str, actions: str, actor: User, now: datetime, origin: Origin = NOWHERE
) -> Workshop:
    """Keep what was discussed and agreed."""
    locked = Workshop.objects.select_for_update(of=("self",)).get(pk=workshop.pk)
    locked.notes, locked.actions = notes, actions
    locked.save(update_fields=["notes", "actions"])
    record(actor=actor, action="workshop.notes_written", subject=locked, now=now, origin=origin)
    return locked


@transaction.atomic
def join_workshop(*, workshop: Workshop, name: str, now: datetime) -> str:
    """Let a phone in under a name and return the token that it keeps.

    Raises MethodRefused when the workshop is over, has 200 participants, or the name is empty.
    """
    locked = Workshop.objects.select_for_update(of=("self",)).get(pk=workshop.pk)
    name = " ".join(name.split())[:MAX_NAME]
    if not name:
        raise MethodRefused(_("Enter your name."))
    if not locked.is_open(now):
        raise MethodRefused(_("This workshop is over."))
    if locked.participants.count() >= MAX_PARTICIPANTS:
        raise MethodRefused(_("This workshop is full. Share a phone with a colleague."))
    token = secrets.token_urlsafe(32)
    WorkshopParticipant.objects.create(workshop=locked, name=name, token_hash=hash_token(token), joined_at=now)
    return token


def hash_token(token: str) -> str:
    """Return what is kept of a participant's token."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def score(*, participant: WorkshopParticipant, levels: Mapping[tuple[str, str], int], now: datetime) -> int:
    """Keep what a participant believes of each aspect, 0 to 5; a later score replaces an earlier one.

    Raises MethodRefused when the workshop is over, and for what is no aspect or level.
    """
    if not participant.workshop.is_open(now):
        raise MethodRefused(_("This workshop is over."))
    for (area, aspect), level in levels.items():
        if area not in AREAS or aspect not in ASPECTS or not 0 <= level <= 5:
            raise MethodRefused(_("Choose a level from 0 to 5."))
    rows = [
        WorkshopScore(participant=participant, area=area, aspect=aspect, level=level, at=now)
        for (area, aspect), level in sorted(levels.items())
    ]
    WorkshopScore.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["participant", "area", "aspect"],
        update_fields=["level", "at"],
    )
    return len(rows)
