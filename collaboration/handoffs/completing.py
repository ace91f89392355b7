"""The end of the work that was handed over."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from collaboration.handoffs.telling import tell
from collaboration.models import Handoff
from engagement.village.models import User

State = Handoff.State


@transaction.atomic
def complete_for(*, subject_type: str, subject_id: UUID, actor: User | None, now: datetime) -> int:
    """Complete what was taken of a subject whose matter is settled; return how many there were. Safe to repeat."""
    taken = Handoff.objects.filter(subject_type=subject_type, subject_id=subject_id, state=State.ACCEPTED)
    found = list(taken.order_by("key").select_for_update(of=("self",)))
    for current in found:
        current.state, current.completed_at = State.COMPLETED, now
        current.save(update_fields=["state", "completed_at"])
        tell(current, change="completed", actor=actor, now=now)
    return len(found)


@transaction.atomic
def reopen_for(*, subject_type: str, subject_id: UUID, completed_at: datetime) -> int:
    """Take back what ``complete_for`` did at a time, when that is undone; return how many there were."""
    completed = Handoff.objects.filter(subject_type=subject_type, subject_id=subject_id, state=State.COMPLETED)
    return completed.filter(completed_at=completed_at).update(state=State.ACCEPTED, completed_at=None)
