"""Confirm an address, prefer it, close it, put another in its place. Each is safe to repeat."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from engagement.profiles.actions.identify import AddressTaken, opened, tell
from engagement.profiles.addresses import entered
from engagement.profiles.aliases import alias_of
from engagement.profiles.family import lock_family
from engagement.profiles.models import Identity
from engagement.village.audit import NOWHERE, Origin
from engagement.village.models import User

REPLACED = Identity.Closed.REPLACED
CHANGING_IDS = ("bsuid", "messenger", "instagram", "visitor", "crm", "handle")


class IdentityRefused(ValueError):
    """What cannot be done to an address; the message says why."""


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, and from where; no actor: the software, because of what the person or a provider did."""

    actor: User | None = None
    origin: Origin = NOWHERE


NOBODY = By()


@transaction.atomic
def verify(*, identity_id: UUID, evidence: dict[str, Any], now: datetime, by: By = NOBODY) -> Identity:
    """Keep that an open address is theirs, on evidence: a link that they opened, a code that they said.

    The first confirmation stays. Raises IdentityRefused, Identity.DoesNotExist.
    """
    if not evidence:
        raise IdentityRefused(_("Say how it is known that the address is theirs."))
    identity, _family = _held(identity_id)
    if identity.verified_at is not None:
        return identity
    identity.verified_at, identity.evidence = now, evidence
    identity.save(update_fields=["verified_at", "evidence"])
    _tell(identity, "confirmed", now, by)
    return identity


@transaction.atomic
def unverify(*, identity_id: UUID, now: datetime, by: By = NOBODY) -> Identity:
    """Take the confirmation of an open address back. Raises IdentityRefused, Identity.DoesNotExist."""
    identity, _family = _held(identity_id)
    if identity.verified_at is None:
        return identity
    identity.verified_at, identity.evidence = None, {}
    identity.save(update_fields=["verified_at", "evidence"])
    _tell(identity, "unconfirmed", now, by)
    return identity


@transaction.atomic
def prefer(*, identity_id: UUID, now: datetime, by: By = NOBODY) -> Identity:
    """Make an open address the first of its kind for its person; the one that was is no more.

    Raises IdentityRefused, Identity.DoesNotExist.
    """
    identity, family = _held(identity_id)
    others = Identity.objects.filter(profile_id__in=family, kind=identity.kind, preferred=True, valid_to=None)
    changed = others.exclude(pk=identity.pk).update(preferred=False)
    if identity.preferred and not changed:
        return identity
    identity.preferred = True
    identity.save(update_fields=["preferred"])
    _tell(identity, "preferred", now, by)
    return identity


@transaction.atomic
def close(
    *, identity_id: UUID, reason: str, now: datetime, at: datetime | None = None, by: By = NOBODY
) -> list[Identity]:
    """Close an address from ``at`` (or now) on, with every spelling of the same number or mailbox that the person has:
    whoever has one has them all. Return what was closed; nothing when it was closed before.

    Who writes from it afterwards is somebody new. Raises IdentityRefused, Identity.DoesNotExist.
    """
    if reason not in Identity.Closed.values or reason == REPLACED:
        raise IdentityRefused(_("Say why it is closed."))
    family = lock_family(Identity.objects.only("profile_id").get(pk=identity_id).profile_id)
    identity = Identity.objects.select_for_update().get(pk=identity_id)
    if identity.valid_to is not None:
        return []
    until = at or now
    if until > now:
        raise IdentityRefused(_("It can be closed from today or from an earlier day on."))
    if until < identity.valid_from:
        raise IdentityRefused(_("It was not theirs yet on that day."))
    closed = [identity, *_other_spellings(identity, family)]
    for one in closed:
        _end(one, reason, max(until, one.valid_from))
        _tell(one, "closed", now, by, reason=reason)
    _let_lead(identity.alias)
    return closed


@transaction.atomic
def replace(*, identity_id: UUID, address: str, now: datetime, by: By = NOBODY) -> Identity:
    """Close an id that its provider changed, and open the new one for the same person in the same scope.

    Return the new row; the same again when it was replaced by it before. Raises IdentityRefused for a kind whose ids
    do not change by themselves or a row that is closed, AddressTaken, InvalidAddress, Identity.DoesNotExist.
    """
    family = lock_family(Identity.objects.only("profile_id").get(pk=identity_id).profile_id)
    old = Identity.objects.select_for_update().get(pk=identity_id)
    if old.kind not in CHANGING_IDS:
        raise IdentityRefused(_("An address of this kind is not changed by a provider: close it, and add the new one."))
    norm, spelt = entered(old.kind, address)
    if norm == old.address_norm and old.valid_to is None:
        return old
    before = Identity.objects.filter(replaces=old, address_norm=norm, valid_to=None).first()
    if before is not None:
        return before
    if old.valid_to is not None:
        raise IdentityRefused(_("This is closed already."))
    row = Identity(
        profile_id=old.profile_id,
        home_id=old.home_id,
        kind=old.kind,
        scope=old.scope,
        address=spelt,
        address_norm=norm,
        alias=alias_of(old.kind, norm),
        preferred=old.preferred,
        valid_from=now,
        replaces=old,
    )
    _end(old, REPLACED, now)
    standing = opened(row)
    if standing.profile_id not in family:
        raise AddressTaken(norm, standing.profile_id)
    _tell(old, "replaced", now, by)
    if standing.pk == row.pk:
        _tell(standing, "added", now, by)
    return standing


def _held(identity_id: UUID) -> tuple[Identity, list[UUID]]:
    """The row, open and locked together with its person, and their profiles. Raises IdentityRefused."""
    family = lock_family(Identity.objects.only("profile_id").get(pk=identity_id).profile_id)
    identity = Identity.objects.select_for_update().get(pk=identity_id)
    if identity.valid_to is not None:
        raise IdentityRefused(_("This is closed already."))
    return identity, family


def _other_spellings(identity: Identity, family: list[UUID]) -> list[Identity]:
    if not identity.alias:
        return []
    same = Identity.objects.select_for_update().filter(profile_id__in=family, alias=identity.alias, valid_to=None)
    return list(same.exclude(pk=identity.pk).order_by("key"))


def _end(identity: Identity, reason: str, at: datetime) -> None:
    identity.valid_to, identity.closed_reason = at, reason
    identity.leads = identity.preferred = False
    identity.save(update_fields=["valid_to", "closed_reason", "leads", "preferred"])


def _let_lead(alias: str) -> None:
    """Somebody else's row under the alias, of before it was known, finds its other spellings from now on."""
    if not alias:
        return
    open_ones = Identity.objects.select_for_update().filter(alias=alias, valid_to=None).order_by("key")
    first = open_ones.first()
    if first is not None and not open_ones.filter(leads=True).exists():
        Identity.objects.filter(pk=first.pk).update(leads=True)


def _tell(identity: Identity, change: str, now: datetime, by: By, **detail: str) -> None:
    tell(identity, change, actor=by.actor, now=now, origin=by.origin, **detail)
