"""What was changed must be approved anew; what has lasted its time, too."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from collaboration.approvals.locking import lock_subject
from collaboration.approvals.telling import tell_voided
from collaboration.models import ApprovalRequest
from engagement.village.models import User

State = ApprovalRequest.State


@transaction.atomic
def void(*, kind: str, subject_id: UUID, content_hash_now: str, actor: User | None, now: datetime) -> int:
    """Make every open request and every approval of the subject's *other* content void; return how many there were.

    Call it in the transaction that changes the subject. A reviewer who decides at the same moment either comes first,
    and then that decision is void too, or is told that the subject was changed.
    """
    lock_subject(kind, subject_id)
    touched = ApprovalRequest.objects.filter(
        kind=kind, subject_id=subject_id, state__in=[State.OPEN, State.APPROVED]
    ).exclude(content_hash=content_hash_now)
    found = list(touched.order_by("key").select_for_update(of=("self",)))
    for request in found:
        _end(request, state=State.VOID, actor=actor, now=now)
    return len(found)


@transaction.atomic
def expire(*, now: datetime, limit: int = 200) -> int:
    """Show approvals whose time is over as expired; return how many there were. Any number may run at once.

    They do not count from that time on anyway (``approved`` looks at the clock): this writes it into their history.
    """
    over = ApprovalRequest.objects.filter(state=State.APPROVED, expires_at__lte=now).order_by("key")
    found = list(over.select_for_update(skip_locked=True, of=("self",))[:limit])
    for request in found:
        _end(request, state=State.EXPIRED, actor=None, now=now)
    return len(found)


def _end(request: ApprovalRequest, *, state: str, actor: User | None, now: datetime) -> None:
    request.state = state
    if request.closed_at is None:
        request.closed_at, request.closed_by = now, actor
    request.save(update_fields=["state", "closed_at", "closed_by"])
    tell_voided(request, actor=actor, now=now)
