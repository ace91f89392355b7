"""Write down a further address of somebody we know."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from engagement.events.catalogue import IdentityChanged
from engagement.events.outbox import publish
from engagement.profiles.addresses import checked_scope, entered
from engagement.profiles.aliases import alias_of
from engagement.profiles.family import lock_family
from engagement.profiles.models import Identity
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User


class AddressTaken(ValueError):
    """The address is open for somebody else: the two may be one person, which is decided by a merge.

    ``holder`` is the key of their profile.
    """

    def __init__(self, norm: str, holder: UUID) -> None:
        super().__init__(norm)
        self.holder = holder


def add_address(
    *,
    profile_id: UUID,
    kind: str,
    address: str,
    now: datetime,
    country: str = "",
    scope: str = "",
    actor: User | None = None,
    origin: Origin = NOWHERE,
) -> Identity:
    """Open an address for the person of a profile. Safe to repeat and to run in parallel: the constraints decide.

    ``country`` is assumed for phone numbers without an international prefix. A closed one is not opened again: it gets
    a new row beside the old. Raises AddressTaken, also where somebody else has the number or mailbox under another
    spelling; InvalidAddress; Profile.DoesNotExist.
    """
    scope, (norm, spelt) = checked_scope(kind, scope), entered(kind, address, country=country)
    with transaction.atomic():
        family = lock_family(profile_id)
        row = Identity(
            profile_id=family[0],
            kind=kind,
            scope=scope,
            address=spelt,
            address_norm=norm,
            alias=alias_of(kind, norm),
            valid_from=now,
        )
        standing = opened(row)
        if standing.profile_id not in family:
            raise AddressTaken(norm, standing.profile_id)
        if standing.pk == row.pk:
            tell(row, "added", actor=actor, now=now, origin=origin)
    return standing


def opened(row: Identity) -> Identity:
    """Insert an open row, or return what stands in its way: the same address, or the leader of its alias, of somebody
    else. It leads its alias where nobody does, and goes with its leader when a merge is undone.

    The caller holds the person's lock.
    """
    while True:
        leader = _leader(row.alias)
        if leader is not None and leader.profile_id != row.profile_id:
            return leader
        row.home_id = leader.home_id if leader is not None else row.home_id
        row.leads = bool(row.alias) and leader is None
        Identity.objects.bulk_create([row], ignore_conflicts=True)
        same = Identity.objects.filter(kind=row.kind, scope=row.scope, address_norm=row.address_norm, valid_to=None)
        standing = same.first()
        if standing is not None:
            return standing


def _leader(alias: str) -> Identity | None:
    """The open row that leads an alias, held as it is until the transaction ends."""
    if not alias:
        return None
    return Identity.objects.select_for_update().filter(alias=alias, leads=True, valid_to=None).first()


def tell(identity: Identity, change: str, *, actor: User | None, now: datetime, origin: Origin, **detail: str) -> None:
    """Publish, record and poke one change of an address. The audit trail names its kind, not the address."""
    publish(
        IdentityChanged(
            profile_id=identity.profile_id,
            identity_id=identity.pk,
            kind=identity.kind,
            change=change,
            actor_id=actor.pk if actor else None,
            at=now,
        ),
        now=now,
    )
    record(
        actor=actor,
        action=f"identity.{change}",
        subject=identity.profile,
        now=now,
        detail={"identity": str(identity.pk), "kind": identity.kind, **detail},
        origin=origin,
    )
    poke(f"profile:{identity.profile_id}")
