"""Take an approval back: an act of its own, which stops what is under way with the approved content."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from collaboration.approvals.errors import ApprovalRefused, MissingReason
from collaboration.approvals.locking import lock_subject
from collaboration.approvals.telling import keep, tell_voided
from collaboration.models import ApprovalDecision, ApprovalRequest
from engagement.village.models import User

State = ApprovalRequest.State
Follower = Callable[[ApprovalRequest, User, datetime], None]
_followers: list[Follower] = []


class NothingToRevoke(ApprovalRefused):
    """The content was never approved, or its approval was withdrawn before."""

    def __init__(self) -> None:
        super().__init__(_("There is no approval to withdraw."))


def register_follower(follower: Follower) -> None:
    """Call ``follower(request, actor, now)`` in the transaction that withdraws an approval. Safe to repeat."""
    if follower not in _followers:
        _followers.append(follower)


@transaction.atomic
def revoke_approval(*, request_id: UUID, actor: User, reason: str, now: datetime) -> ApprovalRequest:
    """Withdraw the approval of exactly the content of a request; what is under way with it is stopped by who sends it.

    An approval that an edit has made void, or that has expired, still holds for what bound it, and can be withdrawn
    too. The caller has looked whether ``actor`` may. Raises NothingToRevoke, MissingReason.
    """
    reason = reason.replace("\x00", "").strip()[:2000]
    if not reason:
        raise MissingReason
    place = ApprovalRequest.objects.only("kind", "subject_id", "content_hash").get(pk=request_id)
    lock_subject(place.kind, place.subject_id)
    same = ApprovalRequest.objects.filter(kind=place.kind, subject_id=place.subject_id, content_hash=place.content_hash)
    found = list(granted_once(same).order_by("key").select_for_update(of=("self",)))
    if not found:
        raise NothingToRevoke
    for request in found:
        request.state, request.closed_at, request.closed_by = State.REVOKED, now, actor
        request.save(update_fields=["state", "closed_at", "closed_by"])
        tell_voided(request, actor=actor, now=now)
    keep(found[-1], action="approval.revoked_for", actor=actor, now=now, reason=reason)
    for follower in _followers:
        follower(found[-1], actor, now)
    return found[-1]


def granted_once(requests: "QuerySet[ApprovalRequest]") -> "QuerySet[ApprovalRequest]":
    """Return those that were approved, whether or not that counts for anything new."""
    refused = ApprovalDecision.objects.filter(verdict=ApprovalDecision.Verdict.REFUSED).values("request")
    approved = ApprovalDecision.objects.filter(verdict=ApprovalDecision.Verdict.APPROVED).values("request")
    lasting = Q(state=State.APPROVED) | Q(state__in=[State.VOID, State.EXPIRED], key__in=approved)
    return requests.filter(lasting).exclude(key__in=refused)
