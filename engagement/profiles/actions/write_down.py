"""Write down a person by all the addresses that are known of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from engagement.profiles.actions.change import Facts, change
from engagement.profiles.actions.identify import add_address
from engagement.profiles.actions.resolve import resolve
from engagement.profiles.addresses import InvalidAddress, checked_scope, cleaned_address, entered, normalised
from engagement.profiles.aliases import alias_of
from engagement.profiles.models import Identity, Profile
from engagement.village.audit import NOWHERE, Origin
from engagement.village.models import User


@dataclass(frozen=True, slots=True)
class GivenAddress:
    """An address as somebody gave it; ``country`` is assumed for a number without an international prefix."""

    kind: str
    address: str
    scope: str = ""
    country: str = ""


def write_down(
    *,
    addresses: Sequence[GivenAddress],
    facts: Facts,
    actor: User | None,
    now: datetime,
    origin: Origin = NOWHERE,
) -> tuple[Profile, bool]:
    """Return the person of these addresses with these facts, and whether they are new. Safe to repeat.

    Whoever has one of the addresses gets the others as well. Two who write down the same person at once take their
    addresses in one order, so that neither waits for the other. Raises AddressTaken where they are different people's,
    InvalidAddress; ValueError without an address.
    """
    if not addresses:
        raise ValueError("a person is known by an address")
    with transaction.atomic():
        spelt = sorted({_key(one): one for one in addresses}.items())
        known = next((found for key, _one in spelt if (found := _standing(*key))), None)
        is_new = known is None
        if known is None:
            (kind, scope, norm), first = spelt[0]
            known = resolve(kind=kind, scope=scope, address=_spelling_of(first, norm), now=now)
        for _key_of, one in spelt:
            add_address(
                profile_id=known.profile_id,
                kind=one.kind,
                address=one.address,
                scope=one.scope,
                country=one.country,
                now=now,
                actor=actor,
                origin=origin,
            )
        return change(profile_id=known.profile_id, facts=facts, actor=actor, now=now, origin=origin), is_new


def _key(one: GivenAddress) -> tuple[str, str, str]:
    norm, _spelt = entered(one.kind, one.address, country=one.country)
    return one.kind, checked_scope(one.kind, one.scope), norm


def _spelling_of(one: GivenAddress, norm: str) -> str:
    """As it is shown; where that would be read as another number in the organization's own country, the norm."""
    spelt = cleaned_address(one.kind, one.address)
    try:
        return spelt if normalised(one.kind, spelt) == norm else norm
    except InvalidAddress:
        return norm


def _standing(kind: str, scope: str, norm: str) -> Identity | None:
    """The open address, in this spelling or in another one."""
    standing = Identity.objects.filter(valid_to=None)
    found = standing.filter(kind=kind, scope=scope, address_norm=norm).first()
    alias = alias_of(kind, norm)
    return found or (standing.filter(alias=alias, leads=True).first() if alias else None)
