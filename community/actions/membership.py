"""What members say about themselves, and what moderators do about a member."""

from datetime import datetime

from django.db import IntegrityError, transaction

from community.actions.refusals import HandleTaken, MissingReason
from community.actions.sign_in import HANDLE_KIND, HANDLE_SCOPE
from community.models import Member
from engagement.profiles.family import family_of
from engagement.profiles.models import Identity
from engagement.village.audit import record
from engagement.village.models import User


@transaction.atomic
def introduce(*, member: Member, handle: str, name: str, now: datetime) -> Member:
    """Give a member the handle and the name that they want. Raises HandleTaken; of two at once one gets it."""
    current = Member.objects.select_for_update().get(pk=member.pk)
    before = current.handle
    current.handle, current.display_name = handle.lower(), name
    try:
        with transaction.atomic():
            current.save(update_fields=["handle", "display_name"])
            if before != current.handle:
                _rename_identity(current, before, now)
    except IntegrityError as error:
        raise HandleTaken from error
    return current


def _rename_identity(member: Member, before: str, now: datetime) -> None:
    canonical = family_of(member.profile_id)[0]
    same = Identity.objects.at_home_with([member.profile_id]).filter(kind=HANDLE_KIND, scope=HANDLE_SCOPE)
    same.filter(address_norm=before, valid_to=None).update(valid_to=now)
    Identity.objects.create(
        profile_id=canonical,
        home_id=member.profile_id if member.profile_id != canonical else None,
        kind=HANDLE_KIND,
        scope=HANDLE_SCOPE,
        address=member.handle,
        address_norm=member.handle,
        verified_at=now,
        valid_from=now,
    )


@transaction.atomic
def silence(*, member: Member, until: datetime, reason: str, actor: User, now: datetime) -> Member:
    """Let a member read and vote, and write nothing, until a time. Raises MissingReason."""
    if not reason.strip():
        raise MissingReason
    current = Member.objects.select_for_update().get(pk=member.pk)
    current.silenced_until, current.silenced_reason = until, reason.strip()[:500]
    current.save(update_fields=["silenced_until", "silenced_reason"])
    detail = {"until": until.isoformat(), "reason": current.silenced_reason}
    record(actor=actor, action="community.member_silenced", subject=current, now=now, detail=detail)
    return current


@transaction.atomic
def let_speak(*, member: Member, actor: User, now: datetime) -> Member:
    """End a silence before its time. Safe to repeat."""
    current = Member.objects.select_for_update().get(pk=member.pk)
    if not current.is_silenced(now):
        return current
    current.silenced_until, current.silenced_reason = None, ""
    current.save(update_fields=["silenced_until", "silenced_reason"])
    record(actor=actor, action="community.member_heard_again", subject=current, now=now)
    return current
