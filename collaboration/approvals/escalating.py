"""A deadline that passed is told once."""

from datetime import datetime

from django.db import transaction

from collaboration.approvals.telling import keep, poke_request
from collaboration.models import ApprovalRequest
from engagement.events.catalogue import ApprovalOverdue
from engagement.events.outbox import publish


@transaction.atomic
def escalate(*, now: datetime, limit: int = 200) -> int:
    """Note and tell that open requests are overdue, each step once; return how many. Any number may run at once."""
    late = ApprovalRequest.objects.open().filter(due_at__lte=now, escalated_at=None).order_by("due_at", "key")
    found = list(late.select_for_update(skip_locked=True, of=("self",))[:limit])
    for request in found:
        request.escalated_at = now
        request.save(update_fields=["escalated_at"])
        keep(request, action="approval.overdue", actor=None, now=now, step=request.step)
        publish(ApprovalOverdue(request_id=request.pk, at=now), now=now)
        poke_request(request)
    return len(found)
