"""Work off a request: check who asks, extend, answer, refuse, take back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from engagement.profiles.actions import consent
from engagement.profiles.family import family_of
from engagement.profiles.models import DataRequest, Disclosure, Erasure
from engagement.profiles.models.consent import Purpose
from engagement.profiles.rights import deadlines
from engagement.profiles.rights.filing import RequestRefused, waiting
from engagement.profiles.rights.telling import tell
from engagement.village.audit import NOWHERE, Origin
from engagement.village.models import AuditEntry, User

State, Kind = DataRequest.State, DataRequest.Kind
SOURCE = "data-request"


def ask_who(*, request_id: UUID, actor: User, now: datetime, origin: Origin = NOWHERE) -> DataRequest:
    """Note that the person was asked to show who they are (GDPR article 12(6)). The time runs on. Safe to repeat."""
    with transaction.atomic():
        request = waiting(request_id)
        if request.state == State.OPEN and request.verified_at is None:
            request.state = State.VERIFYING
            request.save(update_fields=["state"])
            tell(request, "asked_who", actor, now, origin)
    return request


def verify(*, request_id: UUID, how: str, actor: User, now: datetime, origin: Origin = NOWHERE) -> DataRequest:
    """Write down how we know that it is the person. Raises RequestRefused, DataRequest.DoesNotExist."""
    with transaction.atomic():
        request = waiting(request_id)
        if not how.strip():
            raise RequestRefused(_("Say how you know that it is them."))
        if request.state == State.VERIFYING:
            request.state = State.OPEN
        request.verified_how, request.verified_at = how.strip()[:300], now
        request.save(update_fields=["state", "verified_how", "verified_at"])
        tell(request, "verified", actor, now, origin)
    return request


def extend(*, request_id: UUID, reason: str, actor: User, now: datetime, origin: Origin = NOWHERE) -> DataRequest:
    """Take the two further months of GDPR article 12(3), once; the person must be told the reason.

    Raises RequestRefused, DataRequest.DoesNotExist.
    """
    with transaction.atomic():
        request = waiting(request_id)
        if not reason.strip():
            raise RequestRefused(_("Say why one month is not enough: the person has to be told."))
        try:
            request.due_at = deadlines.extended_due_at(request, now)
        except deadlines.NoExtension as refusal:
            raise RequestRefused(str(refusal)) from refusal
        request.extended_at, request.extension_reason = now, reason.strip()[:500]
        request.reminded_at = request.overdue_told_at = None
        request.save(update_fields=["due_at", "extended_at", "extension_reason", "reminded_at", "overdue_told_at"])
        tell(request, "extended", actor, now, origin)
    return request


def answer(*, request_id: UUID, text: str, actor: User, now: datetime, origin: Origin = NOWHERE) -> DataRequest:
    """Close a request as done; ``text`` is what the person was told.

    An objection withdraws marketing on every channel, with the request as evidence. A request for access needs its
    file; one for erasure is closed by the erasure alone. Raises RequestRefused, DataRequest.DoesNotExist.
    """
    with transaction.atomic():
        request = waiting(request_id)
        if not text.strip():
            raise RequestRefused(_("Say what they were told."))
        if request.kind == Kind.ERASURE:
            raise RequestRefused(_("An erasure is answered by erasing, or refused with a reason."))
        if request.kind == Kind.ACCESS and not request.disclosures.filter(state=Disclosure.State.READY).exists():
            raise RequestRefused(_("Make their file first."))
        if request.verified_at is None and request.kind != Kind.OBJECTION:
            raise RequestRefused(_("Write down first how you know that it is them."))
        if request.kind == Kind.OBJECTION:
            _object(request, actor, now, origin)
        corrected = _corrected(request) if request.kind == Kind.CORRECTION else {}
        _close(request, State.ANSWERED, text, actor, now)
        tell(request, "answered", actor, now, origin, corrected)
    return request


def refuse(*, request_id: UUID, reason: str, actor: User, now: datetime, origin: Origin = NOWHERE) -> DataRequest:
    """Close a request without doing what it asks; the person must be told why (GDPR article 12(4)).

    Raises RequestRefused, DataRequest.DoesNotExist.
    """
    with transaction.atomic():
        request = _unless_erasing(request_id)
        if request.kind == Kind.OBJECTION:
            raise RequestRefused(_("An objection to marketing cannot be refused (GDPR article 21(3))."))
        if not reason.strip():
            raise RequestRefused(_("A refusal needs a reason: the person has to be told."))
        _close(request, State.REFUSED, reason, actor, now)
        tell(request, "refused", actor, now, origin)
    return request


def cancel(*, request_id: UUID, reason: str, actor: User, now: datetime, origin: Origin = NOWHERE) -> DataRequest:
    """Close a request that the person took back, or that was written down by mistake. Raises as ``refuse`` does."""
    with transaction.atomic():
        request = _unless_erasing(request_id)
        if not reason.strip():
            raise RequestRefused(_("Say why it is taken back."))
        _close(request, State.CANCELLED, reason, actor, now)
        tell(request, "cancelled", actor, now, origin)
    return request


def _unless_erasing(request_id: UUID) -> DataRequest:
    request = waiting(request_id)
    if Erasure.objects.filter(request=request).exists():
        raise RequestRefused(_("The erasure has begun and cannot be stopped."))
    return request


def _object(request: DataRequest, actor: User, now: datetime, origin: Origin) -> None:
    consent.withdraw(
        profile_id=request.profile_id,
        channel="",
        purpose=Purpose.MARKETING,
        source=SOURCE,
        evidence={"text": request.words, "request": str(request.pk), "via": request.via},
        actor=actor,
        now=now,
        origin=origin,
    )


def _corrected(request: DataRequest) -> dict[str, list[str]]:
    """Which facts were changed since the request came in, by their names: their values stay out of the trail."""
    family = [str(key) for key in family_of(request.profile_id)]
    changes = AuditEntry.objects.filter(
        action="profile.changed",
        subject_type=request.profile._meta.label_lower,
        subject_id__in=family,
        at__gte=request.received_at,
    )
    named = (entry.detail.get("fields", []) for entry in changes.order_by("key"))
    return {"corrected": sorted({name for names in named for name in names})}


def _close(request: DataRequest, state: str, text: str, actor: User | None, now: datetime) -> None:
    request.state, request.answer = state, text.replace("\x00", "").strip()[:10_000]
    request.closed_at, request.closed_by = now, actor
    request.save(update_fields=["state", "answer", "closed_at", "closed_by"])
