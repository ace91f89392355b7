"""Write down what a person asks of us about their data."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from engagement.profiles.family import lock_family
from engagement.profiles.models import DataRequest, LegalHold, Profile
from engagement.profiles.rights import deadlines
from engagement.profiles.rights.telling import tell
from engagement.village.audit import NOWHERE, Origin
from engagement.village.models import User

State, Kind = DataRequest.State, DataRequest.Kind


class RequestRefused(ValueError):
    """What was asked for cannot be done with this request; the message says why."""


def file_request(
    *,
    profile_id: UUID,
    kind: str,
    via: str,
    words: str,
    received_at: datetime,
    actor: User | None,
    now: datetime,
    law: str = "",
    law_reason: str = "",
    origin: Origin = NOWHERE,
) -> DataRequest:
    """Keep a request of the person of ``profile_id``; its deadline follows from the law of their country.

    ``law`` chooses another one, with a reason. ``received_at`` may be earlier than now: the time runs from there. Safe
    to repeat: while one of a kind waits for the person, it is returned. Raises RequestRefused, Profile.DoesNotExist.
    """
    with transaction.atomic():
        family = lock_family(profile_id)
        person = Profile.objects.get(pk=family[0])
        usual = deadlines.law_of(person)
        _refuse(kind, via, law or usual, usual, law_reason, received_at, person, now)
        standing = DataRequest.objects.waiting().filter(profile_id__in=family, kind=kind).order_by("key").first()
        if standing is not None:
            return standing
        held = kind == Kind.ERASURE and LegalHold.objects.standing(now).filter(profile_id__in=family).exists()
        request = DataRequest.objects.create(
            profile=person,
            kind=kind,
            law=law or usual,
            law_reason=law_reason.strip()[:300],
            via=via,
            words=words.replace("\x00", "").strip()[:10_000],
            received_at=received_at,
            due_at=deadlines.due_at(law or usual, received_at),
            state=State.HELD if held else State.OPEN,
            filed_by=actor,
            filed_at=now,
        )
        tell(request, "filed", actor, now, origin, {"via": via})
    return request


def _refuse(
    kind: str,
    via: str,
    law: str,
    usual: str,
    law_reason: str,
    received_at: datetime,
    person: Profile,
    now: datetime,
) -> None:
    if kind not in Kind.values or via not in DataRequest.Via.values or law not in DataRequest.Law.values:
        raise RequestRefused(_("Choose what they ask for, how it came in, and the law."))
    if law != usual and not law_reason.strip():
        raise RequestRefused(_("Say why the law of their country does not hold."))
    if received_at > now:
        raise RequestRefused(_("A request is received before it is written down."))
    if person.erased_at is not None:
        raise RequestRefused(_("This person was erased: nothing is left to ask about."))


def change_law(
    *, request_id: UUID, law: str, reason: str, actor: User, now: datetime, origin: Origin = NOWHERE
) -> DataRequest:
    """Put a waiting request under another law; its deadline follows.

    Raises RequestRefused, DataRequest.DoesNotExist.
    """
    with transaction.atomic():
        request = waiting(request_id)
        if request.law == law:
            return request
        if law not in DataRequest.Law.values or not reason.strip():
            raise RequestRefused(_("Say why the law of their country does not hold."))
        if request.extended_at is not None:
            raise RequestRefused(_("It was extended under this law and stays there."))
        request.law, request.law_reason = law, reason.strip()[:300]
        request.due_at = deadlines.due_at(law, request.received_at)
        request.reminded_at = request.overdue_told_at = None
        request.save(update_fields=["law", "law_reason", "due_at", "reminded_at", "overdue_told_at"])
        tell(request, "law_changed", actor, now, origin)
    return request


def waiting(request_id: UUID) -> DataRequest:
    """Return a request that waits, locked. Raises RequestRefused when it is closed, DataRequest.DoesNotExist."""
    request = DataRequest.objects.lock(request_id)
    if not request.is_waiting:
        raise RequestRefused(_("This request is closed already."))
    return request
