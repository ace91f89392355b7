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


def origin_of(request: HttpRequest) -> Origin:
    """Return the Origin of a request."""
    return Origin(request.META.get("REQUEST_ID", ""), request.META.get("REMOTE_ADDR") or None)


def record(
    *,
    actor: User | None,
    action: str,
    subject: Model,
    now: datetime,
    detail: dict[str, Any] | None = None,
    origin: Origin = Origin(),  # noqa: B008 - frozen
    actor_name: str = "",
) -> AuditEntry:
    """Append an entry. ``action`` is a dotted name such as ``channel.credentials_changed``; ``detail`` is JSON and
    never holds a secret. ``actor`` is None for the software itself, then ``actor_name`` says which part of it.
    """
    return AuditEntry.objects.create(
        at=now,
        actor=actor,
        actor_name=actor_name or (f"{actor.name} <{actor.email}>" if actor else "vilarejo"),
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_name=str(subject)[:300],
        detail=detail or {},
        ip_address=origin.ip_address,
        request_id=origin.request_id,
    )
