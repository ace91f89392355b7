"""Tell of a request's change: the event, the audit trail, and who looks at the queue."""

from datetime import datetime
from typing import Any

from engagement.events.catalogue import DataRequestChanged
from engagement.events.outbox import publish
from engagement.profiles.models import DataRequest
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

TOPIC = "data-requests:all"


def tell(
    request: DataRequest,
    change: str,
    actor: User | None,
    now: datetime,
    origin: Origin = NOWHERE,
    detail: dict[str, Any] | None = None,
) -> None:
    """Publish and record ``change``; call it in the transaction that made it so."""
    announce(request, change, actor, now)
    known = {"kind": request.kind, "law": request.law, "profile": str(request.profile_id)}
    record(
        actor=actor,
        action=f"data_request.{change}",
        subject=request,
        now=now,
        detail=known | (detail or {}),
        origin=origin,
    )


def announce(request: DataRequest, change: str, actor: User | None, now: datetime) -> None:
    """Publish only: what nobody did (a reminder, a missed deadline) is no act."""
    publish(
        DataRequestChanged(
            request_id=request.key,
            profile_id=request.profile_id,
            kind=request.kind,
            change=change,
            state=request.state,
            due_at=request.due_at,
            actor_id=actor.pk if actor else None,
            at=now,
        ),
        now=now,
    )
    poke(TOPIC, f"profile:{request.profile_id}")
