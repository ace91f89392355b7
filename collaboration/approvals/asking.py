"""Ask for an approval, or take the question back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from collaboration.approvals.errors import AlreadyDecided
from collaboration.approvals.kinds import Step, kind_of
from collaboration.approvals.locking import lock_subject
from collaboration.approvals.telling import keep, tell_requested, tell_voided
from collaboration.models import ApprovalRequest
from engagement.village.models import User

State = ApprovalRequest.State


@transaction.atomic
def request(
    *,
    kind: str,
    subject_id: UUID,
    content_hash: str,
    requester: User,
    comment: str,
    now: datetime,
    steps: Sequence[Step] | None = None,
) -> ApprovalRequest:
    """Ask that a subject be approved as ``content_hash`` (64 hexadecimal digits) tells it. Safe to repeat.

    An open request for the same content is returned as it is; one for other content is void, and so is an approval
    of the subject's other content. ``steps`` replaces the kind's own path (a lighter one for what risks little).
    Raises UnknownKind.
    """
    path = tuple(steps or kind_of(kind).steps)
    lock_subject(kind, subject_id)
    mine = ApprovalRequest.objects.filter(kind=kind, subject_id=subject_id)
    earlier = mine.filter(content_hash=content_hash, state__in=[State.OPEN, State.APPROVED]).order_by("-key").first()
    if earlier is not None and (earlier.is_open or earlier.expires_at is None or earlier.expires_at > now):
        return earlier
    for outdated in mine.open().order_by("key").select_for_update():
        close(outdated, state=State.VOID, by=requester, now=now)
        tell_voided(outdated, actor=requester, now=now)
    made = ApprovalRequest.objects.create(
        kind=kind,
        subject_id=subject_id,
        content_hash=content_hash,
        requester=requester,
        comment=comment.strip(),
        steps=[{"permission": step.permission, "quorum": step.quorum, "hours": step.hours} for step in path],
        permission=path[0].permission,
        created_at=now,
        due_at=now + timedelta(hours=path[0].hours),
    )
    keep(made, action="approval.requested", actor=requester, now=now)
    tell_requested(made, now=now)
    return made


@transaction.atomic
def withdraw(*, request_id: UUID, actor: User, now: datetime) -> ApprovalRequest:
    """Take a request back; only its author can. Safe to repeat. Raises AlreadyDecided."""
    current = ApprovalRequest.objects.filter(requester=actor).lock(request_id)
    if current.state == State.WITHDRAWN:
        return current
    if not current.is_open:
        raise AlreadyDecided(_("It is decided already, so there is nothing to withdraw."), current.closed_by)
    close(current, state=State.WITHDRAWN, by=actor, now=now)
    kind = kind_of(current.kind)
    if kind.on_withdrawn is not None:
        kind.on_withdrawn(current, now)
    tell_voided(current, actor=actor, now=now)
    return current


def close(current: ApprovalRequest, *, state: str, by: User | None, now: datetime) -> None:
    """Give a locked request its last state."""
    current.state, current.closed_by, current.closed_at = state, by, now
    current.save(update_fields=["state", "closed_by", "closed_at"])
