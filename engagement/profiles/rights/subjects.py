"""Whose data is meant: a person with every profile, address and name that we ever had of them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import phonenumbers
from django.utils.translation import gettext as _

from engagement.profiles.addresses import InvalidAddress, normalised
from engagement.profiles.aliases import alias_of, with_ninth_digit
from engagement.profiles.family import family_of
from engagement.profiles.models import Identity, Profile

PHONES = ("phone", "whatsapp")  # kinds of identities that are numbers


@dataclass(frozen=True, slots=True)
class Address:
    """An address of the person, open or closed, as it was given and as it is compared. None that is another's now."""

    kind: str
    given: str
    norm: str


@dataclass(frozen=True, slots=True)
class Subject:
    """``family``: the keys of the person's profiles, the canonical one first; ``identities``: the keys of their
    addresses. Rows are found by these; by ``spellings`` only what no key leads to.
    """

    family: tuple[UUID, ...]
    identities: tuple[UUID, ...] = ()
    addresses: tuple[Address, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def profile_id(self) -> UUID:
        """The canonical profile."""
        return self.family[0]

    @property
    def reached_at(self) -> list[tuple[str, str]]:
        """Return (kind, normalised address) of each, with every other way of writing the same number or mailbox."""
        return list(dict.fromkeys(way for one in self.addresses for way in _ways(one)))

    @property
    def spellings(self) -> list[str]:
        """Every way in which one of the addresses may be written, in small letters, the longest first."""
        found = {text.lower() for one in self.addresses for text in _spellings(one)}
        return sorted(found, key=lambda text: (-len(text), text))

    def as_json(self) -> dict[str, Any]:
        """Return what ``subject_from`` reads again."""
        return {
            "family": [str(key) for key in self.family],
            "identities": [str(key) for key in self.identities],
            "addresses": [[one.kind, one.given, one.norm] for one in self.addresses],
            "names": list(self.names),
        }


_WITH_NINTH = re.compile(r"\+55([1-9][1-9])9([6-9][0-9]{7})")  # a Brazilian mobile number
_SHORTEST = 10  # of an id of a provider: a shorter one is found in what has nothing to do with the person


def subject_of(profile_id: UUID) -> Subject:
    """Return the person of a profile, with all that is known of their addresses. Raises Profile.DoesNotExist."""
    family = family_of(profile_id)
    identities = list(Identity.objects.filter(profile_id__in=family).order_by("key"))
    names = Profile.objects.filter(pk__in=family).exclude(name="").order_by("key").values_list("name", flat=True)
    others = _of_others(family, identities)
    addresses = [Address(one.kind, one.address, one.address_norm) for one in identities]
    return Subject(
        family=tuple(family),
        identities=tuple(one.key for one in identities),
        addresses=tuple(one for one in dict.fromkeys(addresses) if (one.kind, one.norm) not in others),
        names=tuple(dict.fromkeys(names)),
    )


def without_others(subject: Subject) -> Subject:
    """Return the person without the addresses that are open for somebody else now: who wrote meanwhile is new."""
    norms = {one.norm for one in subject.addresses}
    others = _open_for_others(subject.family, norms)
    return replace(subject, addresses=tuple(one for one in subject.addresses if (one.kind, one.norm) not in others))


def called(person: Profile) -> str:
    """Return what has to be typed to erase somebody: the name, else an address, else the key."""
    first = Identity.objects.filter(profile_id__in=family_of(person.pk)).order_by("key").first()
    return person.name or (first.address if first else str(person.pk))


def is_confirmation(person: Profile, typed: str) -> bool:
    """Say whether what was typed confirms the erasure of somebody: their name, whatever its spaces and capitals; of
    somebody without a name one of their addresses in any spelling; else the key.
    """
    if person.name:
        return _folded(typed) == _folded(person.name)
    addresses = list(Identity.objects.filter(profile_id__in=family_of(person.pk)).order_by("key"))
    if not addresses:
        return _folded(typed) == str(person.pk)
    return any(
        _folded(typed) in (_folded(one.address), one.address_norm) or _is_spelling(one, typed) for one in addresses
    )


def confirmation_wanted(person: Profile) -> str:
    """Say in a sentence what has to be typed to erase somebody."""
    if person.name:
        return _("Confirm with the profile's name, as it is shown.")
    if Identity.objects.filter(profile_id__in=family_of(person.pk)).exists():
        return _("The profile has no name: confirm with one of its addresses, as it is shown.")
    return _("The profile has neither a name nor an address: confirm with its id.")


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_spelling(identity: Identity, typed: str) -> bool:
    try:
        return normalised(identity.kind, typed) == identity.address_norm
    except InvalidAddress:
        return False


def _of_others(family: Iterable[UUID], identities: Iterable[Identity]) -> set[tuple[str, str]]:
    """Addresses that were the person's once and are somebody else's now: a number that was given anew."""
    return _open_for_others(family, {one.address_norm for one in identities})


def _open_for_others(family: Iterable[UUID], norms: set[str]) -> set[tuple[str, str]]:
    theirs = Identity.objects.filter(address_norm__in=norms, valid_to=None).exclude(profile_id__in=list(family))
    return set(theirs.order_by("key").values_list("kind", "address_norm"))


def subject_from(kept: Mapping[str, Any]) -> Subject:
    """Return the subject that ``as_json`` wrote down."""
    return Subject(
        family=tuple(UUID(key) for key in kept["family"]),
        identities=tuple(UUID(key) for key in kept["identities"]),
        addresses=tuple(Address(*one) for one in kept["addresses"]),
        names=tuple(kept["names"]),
    )


def _ways(address: Address) -> Iterable[tuple[str, str]]:
    if address.kind in PHONES:
        number = with_ninth_digit(f"+{address.norm.lstrip('+')}")
        yield from (("phone", number), ("phone", _WITH_NINTH.sub(r"+55\1\2", number)))
    else:
        yield address.kind, address.norm
        alias = alias_of(address.kind, address.norm)
        if alias:
            yield address.kind, alias


def _spellings(address: Address) -> Iterable[str]:
    for kind, norm in _ways(address):
        if kind == "phone":
            yield from (address.given, norm, *_numbers(norm))
        elif kind == "email":
            yield from (address.given, norm, norm.replace("@", "%40"))
        elif len(norm) >= _SHORTEST and any(letter.isdigit() for letter in norm):
            yield norm  # a handle is a word like others, and is found by keys alone


def _numbers(norm: str) -> Iterable[str]:
    """A number as people and providers write it: with and without the country, with and without signs."""
    yield norm.lstrip("+")
    try:
        number = phonenumbers.parse(norm, None)
    except phonenumbers.NumberParseException:
        return
    yield phonenumbers.national_significant_number(number)
    formats = phonenumbers.PhoneNumberFormat
    for form in (formats.INTERNATIONAL, formats.NATIONAL, formats.RFC3966):
        yield phonenumbers.format_number(number, form)
