"""Whose data is meant: a person with every profile, address and name that we ever had of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import phonenumbers

from engagement.profiles.family import family_of
from engagement.profiles.models import Identity, Profile

PHONES = ("phone", "whatsapp")  # kinds of identities that are numbers


@dataclass(frozen=True, slots=True)
class Address:
    """An address of the person, open or closed, as it was given and as it is compared."""

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
    def spellings(self) -> list[str]:
        """Every way in which one of the addresses may be written, in small letters, the longest first."""
        found = {text.lower() for one in self.addresses for text in _spellings(one) if len(text) >= _SHORTEST}
        return sorted(found, key=lambda text: (-len(text), text))

    def as_json(self) -> dict[str, Any]:
        """Return what ``subject_from`` reads again."""
        return {
            "family": [str(key) for key in self.family],
            "identities": [str(key) for key in self.identities],
            "addresses": [[one.kind, one.given, one.norm] for one in self.addresses],
            "names": list(self.names),
        }


_SHORTEST = 6  # a shorter text is found in words that have nothing to do with the person


def subject_of(profile_id: UUID) -> Subject:
    """Return the person of a profile, with all that is known of their addresses. Raises Profile.DoesNotExist."""
    family = family_of(profile_id)
    identities = list(Identity.objects.filter(profile_id__in=family).order_by("key"))
    names = Profile.objects.filter(pk__in=family).exclude(name="").order_by("key").values_list("name", flat=True)
    return Subject(
        family=tuple(family),
        identities=tuple(one.key for one in identities),
        addresses=tuple(dict.fromkeys(Address(one.kind, one.address, one.address_norm) for one in identities)),
        names=tuple(dict.fromkeys(names)),
    )


def subject_from(kept: Mapping[str, Any]) -> Subject:
    """Return the subject that ``as_json`` wrote down."""
    return Subject(
        family=tuple(UUID(key) for key in kept["family"]),
        identities=tuple(UUID(key) for key in kept["identities"]),
        addresses=tuple(Address(*one) for one in kept["addresses"]),
        names=tuple(kept["names"]),
    )


def _spellings(address: Address) -> Iterable[str]:
    yield address.given
    yield address.norm
    if address.kind == "email":
        yield address.norm.replace("@", "%40")
    if address.kind in PHONES:
        yield from _numbers(address.norm)


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
