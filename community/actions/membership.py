"""What members say about themselves, and what moderators do about a member."""

from datetime import datetime

from django.db import IntegrityError, transaction

from community import names
from community.actions.refusals import HandleTaken, MissingReason, NameRefused
from community.actions.sign_in import HANDLE_KIND, HANDLE_SCOPE
from community.models import Member
from community.selectors.reserved_names import is_look_alike, reserved_names
from engagement.profiles.family import family_of
from engagement.profiles.models import Identity
from engagement.village.audit import record
from engagement.village.models import User


@transaction.atomic
def introduce(*, member: Member, handle: str, name: str, now: datetime) -> Member:
    """Give a member the handle and the name that they want; of two at once one gets a handle.

    Raises HandleTaken, and NameRefused for what passes for a colleague, the organization, a role or another member.
    """
    name = names.visible_text(name)
    reserved = reserved_names()
    for field, text in (("name", name), ("handle", handle)):
        if code := names.why_refused(text, reserved):
            raise NameRefused(field, code)
    if is_look_alike(name=name, member=member):
        raise NameRefused("name", "member")
    current = Member.objects.select_for_update().get(pk=member.pk)
    before = current.handle
    current.handle, current.display_name = handle.lower(), name
    current.name_skeleton, current.name_refused = names.skeleton(name), ""
    try:
        with transaction.atomic():
            current.save(update_fields=["handle", "display_name", "name_skeleton", "name_refused"])
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


def flag_names(*, limit: int = 1000) -> int:
    """Look at every member's name again, and mark those that pass for somebody else's; return how many changed.

    Colleagues come, and names were given before the rules were. Each thousand is a transaction of its own.
    """
    reserved, changed, last = reserved_names(), 0, None
    while True:
        rows = Member.objects.order_by("key").only("key", "handle", "display_name", "name_skeleton", "name_refused")
        found = list((rows.filter(pk__gt=last) if last else rows)[:limit])
        wrong = []
        for member in found:
            shown = member.display_name or member.handle
            now_is = (names.skeleton(shown), _why_refused(member, reserved))
            if (member.name_skeleton, member.name_refused) != now_is:
                member.name_skeleton, member.name_refused = now_is
                wrong.append(member)
        changed += Member.objects.bulk_update(wrong, ["name_skeleton", "name_refused"]) if wrong else 0
        if len(found) < limit:
            return changed
        last = found[-1].pk


def _why_refused(member: Member, reserved: names.Reserved) -> str:
    if member.display_name and (code := names.why_refused(member.display_name, reserved)):
        return code
    return names.why_refused(member.handle, reserved)


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
