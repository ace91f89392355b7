"""``record``: writes to the audit trail, in the transaction of what it tells about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.http import HttpRequest

from engagement.village.models import AuditEntry, User


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an act came from: the request's id and the address it came from."""

    request_id: str = ""
    ip_address: str | None = None


NOWHERE = Origin()


def origin_of(request: HttpRequest) -> Origin:
    """Return the Origin of a request."""
    return Origin(request.META.get("REQUEST_ID", ""), request.META.get("REMOTE_ADDR") or None)


def record(
    *,
    actor: User | None,
    action: str,
    subject: Model | None,
    now: datetime,
    detail: dict[str, Any] | None = None,
    origin: Origin = NOWHERE,
    actor_name: str = "",
) -> AuditEntry:
    """Append an entry. ``action`` is a dotted name such as ``channel.credentials_changed``; ``detail`` is JSON
    and never holds a secret. ``actor`` is None for the software itself and for who is not known here; then
    ``actor_name`` says which part of it, or who they said they were. ``subject`` is None when there is none.
    """
    return AuditEntry.objects.create(
        at=now,
        actor=actor,
        actor_name=(actor_name or (f"{actor.name} <{actor.email}>" if actor else "vilarejo"))[:300],
        action=action,
        subject_type=subject._meta.label_lower if subject else "",
        subject_id=str(subject.pk) if subject else "",
        subject_name=str(subject)[:300] if subject else "",
        detail=detail or {},
        ip_address=origin.ip_address,
        request_id=origin.request_id,
    )
