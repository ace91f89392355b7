"""Write down a further address of somebody we know."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from engagement.profiles.addresses import normalised
from engagement.profiles.family import family_of, lock_family
from engagement.profiles.models import Identity
from engagement.realtime.topics import poke


class AddressTaken(ValueError):
    """The address is open for somebody else: the two may be one person, which is decided by a merge."""


def add_address(*, profile_id: UUID, kind: str, address: str, now: datetime, country: str = "BR") -> Identity:
    """Open an address for the person of a profile. Safe to repeat and to run in parallel: the constraint decides.

    ``country`` is assumed for phone numbers without an international prefix. Raises AddressTaken, InvalidAddress,
    Profile.DoesNotExist.
    """
    norm = normalised(kind, address, country=country)
    with transaction.atomic():
        family = lock_family(profile_id)
        row = Identity(profile_id=family[0], kind=kind, address=address[:400], address_norm=norm, valid_from=now)
        Identity.objects.bulk_create([row], ignore_conflicts=True)
        standing = Identity.objects.get(kind=kind, scope="", address_norm=norm, valid_to=None)
        if standing.profile_id not in family_of(profile_id):
            raise AddressTaken(norm)
        poke(f"profile:{family[0]}")
    return standing
