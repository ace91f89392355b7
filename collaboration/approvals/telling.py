"""Events, audit entries and pokes of approvals: one place, so that no step forgets one."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from collaboration.models import ApprovalRequest
from engagement.events.catalogue import ApprovalDecided, ApprovalRequested, ApprovalVoided
from engagement.events.outbox import publish
from engagement.realtime.topics import poke
from engagement.village.audit import record
from engagement.village.models import User

TOPIC = "reviews:all"  # whoever sees the review queue listens to it


def tell_requested(request: ApprovalRequest, *, now: datetime) -> None:
    """Publish that a step began and waits for its reviewers."""
    event = ApprovalRequested(
        request_id=request.pk,
        kind=request.kind,
        subject_id=request.subject_id,
        content_hash=request.content_hash,
        requester_id=request.requester_id,
        step=request.step,
        at=now,
    )
    publish(event, now=now)
    poke_request(request)


def tell_decided(request: ApprovalRequest, *, reviewer: User, verdict: str, reason: str, now: datetime) -> None:
    """Publish and record one reviewer's decision."""
    event = ApprovalDecided(
        request_id=request.pk,
        kind=request.kind,
        subject_id=request.subject_id,
        content_hash=request.content_hash,
        reviewer_id=reviewer.pk,
        verdict=verdict,
        state=request.state,
        at=now,
    )
    publish(event, now=now)
    keep(request, action=f"approval.{verdict}", actor=reviewer, now=now, reason=reason, step=request.step)
    poke_request(request)


def tell_voided(request: ApprovalRequest, *, actor: User | None, now: datetime) -> None:
    """Publish and record that a request or an approval counts no more."""
    event = ApprovalVoided(
        request_id=request.pk,
        kind=request.kind,
        subject_id=request.subject_id,
        content_hash=request.content_hash,
        state=request.state,
        actor_id=actor.pk if actor else None,
        at=now,
    )
    publish(event, now=now)
    keep(request, action=f"approval.{request.state}", actor=actor, now=now)
    poke_request(request)


def keep(request: ApprovalRequest, *, action: str, actor: User | None, now: datetime, **detail: Any) -> None:
    """Write to the audit trail what was done with which exact content."""
    facts = {"kind": request.kind, "subject": str(request.subject_id), "hash": request.content_hash}
    record(actor=actor, action=action, subject=request, now=now, detail=facts | detail)


def poke_request(request: ApprovalRequest, people: Iterable[User] = ()) -> None:
    """Tell who looks at the queue, at the request, or is its author, that it changed."""
    poke(TOPIC, f"approval:{request.pk}", f"user:{request.requester_id}", *(f"user:{one.pk}" for one in people))
