"""Come in by a link that was mailed: nothing to remember, and an address that is known to be theirs."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from community import names
from community.models import Member, MemberSession, SignInLink
from community.selectors.reserved_names import reserved_names
from community.site import mail_channel
from engagement import tokens
from engagement.channels.actions.transmit import Recipient, transmit
from engagement.channels.models import Transmission
from engagement.events.catalogue import MemberJoined
from engagement.events.outbox import publish
from engagement.keys import new_key
from engagement.profiles.actions import resolve
from engagement.profiles.addresses import normalised
from engagement.profiles.family import family_of
from engagement.profiles.models import Identity, Profile
from engagement.tokens import hash_of

SOURCE = "community.sign_in"
LINK_LASTS = timedelta(minutes=15)
SESSION_LASTS = timedelta(days=30)
KEPT = timedelta(days=7)  # how long used and old links are kept, for who asks why one did not work
HANDLE_KIND, HANDLE_SCOPE = "handle", "community"
_PURPOSE = "community/sign-in/1"


class LinkNotValid(ValueError):
    """The link was used, is too old, or never was one."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A member came in; ``is_new``: for the first time."""

    session: MemberSession
    next_path: str
    is_new: bool


def token_of(link_key: UUID) -> str:
    """Return the token of a link."""
    return tokens.token_of(link_key, purpose=_PURPOSE)


@transaction.atomic
def ask_link(*, address: str, language: str, next_path: str, now: datetime) -> SignInLink:
    """Mail a link to an address, known or not: the answer to whoever asks is the same.

    Raises InvalidAddress for what is no address, and NoMailChannel.
    """
    normalised("email", address)
    key = new_key()
    link = SignInLink.objects.create(
        key=key,
        address=address.strip(),
        token_hash=hash_of(token_of(key)),
        language=language,
        next_path=next_path[:500],
        created_at=now,
        expires_at=now + LINK_LASTS,
    )
    channel = mail_channel()
    transmit(
        channel=channel,
        unique_key=f"{SOURCE}:{key}",
        purpose=Transmission.Purpose.SERVICE,
        source=SOURCE,
        source_id=key,
        recipients=[Recipient(address=link.address, name="", role="to")],
        external_id=f"{key}@{channel.address.rpartition('@')[2] or 'localhost'}",
        not_before=now,
        profile_id=None,
        requested_by=None,
        now=now,
    )
    return link


def valid_link(*, token: str, now: datetime) -> SignInLink | None:
    """Return the link of a token while it may still be used."""
    return SignInLink.objects.filter(token_hash=hash_of(token), used_at=None, expires_at__gt=now).first()


@transaction.atomic
def enter(*, token: str, now: datetime) -> Entered:
    """Use a link, once, and begin a session. Of two at once exactly one comes in. Raises LinkNotValid.

    The first time the customer's profile is resolved, their address is confirmed and a member is made.
    """
    used = SignInLink.objects.filter(token_hash=hash_of(token), used_at=None, expires_at__gt=now).update(used_at=now)
    if not used:
        raise LinkNotValid
    link = SignInLink.objects.get(token_hash=hash_of(token))
    member, is_new = _member_of(link, now)
    session = MemberSession.objects.create(member=member, created_at=now, expires_at=now + SESSION_LASTS)
    return Entered(session=session, next_path=link.next_path, is_new=is_new)


def leave(*, session: MemberSession, now: datetime) -> None:
    """End a session. Safe to repeat."""
    MemberSession.objects.filter(pk=session.pk, ended_at=None).update(ended_at=now)


def note_visit(*, member: Member, now: datetime) -> None:
    """Count a day on which the member was here, once a day."""
    today = now.date()
    if member.last_seen_on != today:
        Member.objects.filter(pk=member.pk).exclude(last_seen_on=today).update(
            last_seen_on=today, days_visited=F("days_visited") + 1
        )


def prune(*, now: datetime) -> None:
    """Throw away links and sessions that nobody can use any more."""
    SignInLink.objects.filter(expires_at__lt=now - KEPT).delete()
    MemberSession.objects.filter(expires_at__lt=now - KEPT).delete()


def _member_of(link: SignInLink, now: datetime) -> tuple[Member, bool]:
    identity = resolve(kind="email", address=link.address, language=link.language, now=now)
    Identity.objects.filter(pk=identity.pk, verified_at=None).update(verified_at=now)
    profile = Profile.objects.select_for_update().get(pk=identity.profile.canonical_id or identity.profile_id)
    same = Member.objects.filter(profile__in=family_of(profile.pk))
    of = {member.profile_id: member for member in same}  # who was merged may have been a member twice
    known = of.get(identity.home_or_profile_id) or of.get(profile.pk) or next(iter(of.values()), None)
    if known is not None:
        return known, False
    return join(profile=profile, handle=free_handle(profile.name), name="", language=link.language, now=now), True


@transaction.atomic
def join(*, profile: Profile, handle: str, name: str, language: str, now: datetime) -> Member:
    """Make a member of a customer, whose profile the caller has locked; the constraint holds otherwise."""
    member = Member.objects.create(
        profile=profile,
        handle=handle,
        display_name=name or handle,
        language=language[:10],
        joined_at=now,
        name_skeleton=names.skeleton(name or handle),
    )
    Identity.objects.create(
        profile=profile,
        kind=HANDLE_KIND,
        scope=HANDLE_SCOPE,
        address=handle,
        address_norm=handle,
        verified_at=now,
        valid_from=now,
    )
    publish(MemberJoined(member_id=member.pk, profile_id=profile.pk, at=now), now=now)
    return member


def free_handle(name: str) -> str:
    """Return a handle that nobody has: of the first name if there is one; never of the address, which is private."""
    first = re.sub(r"[^a-z0-9]", "", (name.split() or [""])[0].lower())[:20]
    if names.why_refused(first, reserved_names()):
        first = ""
    return f"{first or 'visitor'}.{secrets.token_hex(3)}"
