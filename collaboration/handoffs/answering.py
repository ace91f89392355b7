"""Take a handoff, send it back, or withdraw it. Of two at once one wins, and the other is told who it was."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from collaboration.handoffs.errors import AlreadyAnswered, HandoffRefused, MissingReason, NotForYou
from collaboration.handoffs.kinds import kind_of
from collaboration.handoffs.telling import tell
from collaboration.models import Handoff
from engagement.village.models import User

State = Handoff.State


@transaction.atomic
def accept(*, handoff_id: UUID, actor: User, now: datetime) -> Handoff:
    """Take the work: the subject moves to its new place, into the hands of ``actor``. Safe to repeat by them.

    Raises AlreadyAnswered, NotForYou, and HandoffRefused when the subject's own app has a reason against it.
    """
    current = Handoff.objects.lock(handoff_id)
    if current.state == State.ACCEPTED and current.accepted_by_id == actor.pk:
        return current
    _check(current, actor)
    current.accepted_by = actor
    _answer(current, state=State.ACCEPTED, actor=actor, now=now)
    kind_of(current.subject_type).take(current, actor, now)
    tell(current, change="accepted", actor=actor, now=now)
    return current


@transaction.atomic
def bounce(*, handoff_id: UUID, actor: User, reason: str, now: datetime) -> Handoff:
    """Send the work back with a reason; the subject never left its place. Safe to repeat by the same person.

    Raises MissingReason, AlreadyAnswered, NotForYou.
    """
    reason = reason.replace("\x00", "").strip()
    if not reason:
        raise MissingReason
    current = Handoff.objects.lock(handoff_id)
    if current.state == State.BOUNCED and current.answered_by_id == actor.pk:
        return current
    _check(current, actor)
    current.bounce_reason = reason
    _answer(current, state=State.BOUNCED, actor=actor, now=now)
    tell(current, change="bounced", actor=actor, now=now)
    return current


@transaction.atomic
def withdraw(*, handoff_id: UUID, actor: User, now: datetime) -> Handoff:
    """Take an offer back; its author can, and whoever belongs to the department that it came from. Safe to repeat."""
    current = Handoff.objects.lock(handoff_id)
    if current.state == State.WITHDRAWN:
        return current
    if not current.is_offered:
        raise _answered(current)
    is_theirs = actor.departments.filter(pk=current.from_department_id).exists()
    if current.offered_by_id != actor.pk and not is_theirs:
        raise HandoffRefused(_("Only the department that offers it can withdraw it."))
    _answer(current, state=State.WITHDRAWN, actor=actor, now=now)
    tell(current, change="withdrawn", actor=actor, now=now)
    return current


def _check(current: Handoff, actor: User) -> None:
    if not current.is_offered:
        raise _answered(current)
    if not (actor.is_superuser or actor.departments.filter(pk=current.to_department_id).exists()):
        raise NotForYou(current)


def _answered(current: Handoff) -> AlreadyAnswered:
    who = current.answered_by
    if current.state == State.BOUNCED:
        return AlreadyAnswered(_("%(name)s has sent it back already.") % {"name": who}, who)
    if current.state == State.WITHDRAWN:
        return AlreadyAnswered(_("%(name)s has withdrawn it.") % {"name": who}, who)
    return AlreadyAnswered(_("%(name)s has taken it already.") % {"name": who}, who)


def _answer(current: Handoff, *, state: str, actor: User, now: datetime) -> None:
    current.state, current.answered_by, current.answered_at = state, actor, now
    current.save(update_fields=["state", "answered_by", "accepted_by", "answered_at", "bounce_reason"])
