"""Whoever was erased may write to us again, or unsubscribe from what they got before.

Then we answer, as to anybody, and send nothing else. What programs tell of them is no message of theirs.
"""

import contextlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from engagement.profiles.actions import consent, suppress
from engagement.profiles.addresses import InvalidAddress, normalised
from engagement.profiles.aliases import alias_of
from engagement.profiles.models import Identity, Profile, Suppression
from engagement.profiles.models.consent import Purpose
from engagement.profiles.rights.subjects import PHONES
from engagement.village.models import User

ERASED, SOURCE = "erased", "wrote-again"


def let_answer(*, kind: str, address: str, now: datetime) -> bool:
    """Narrow what an erasure left of an address from everything to marketing and service; say whether it did.

    For somebody who was never heard of before: the erasure left nothing by which we could know them. Safe to repeat.
    """
    kind = "phone" if kind == "whatsapp" else kind
    try:
        standing = suppress.suppressions_of(kind=kind, address=address, now=now)
    except InvalidAddress:
        return False
    whole = [row for row in standing if (row.reason, row.purpose) == (ERASED, "")]
    if not whole:
        return False
    with transaction.atomic():
        for purpose in Purpose.values:
            suppress.suppress(kind=kind, address=address, purpose=purpose, reason=ERASED, source=SOURCE, now=now)
        Suppression.objects.filter(pk__in=[row.pk for row in whole], ends_at=None).update(ends_at=now)
    return True


def is_gone(*, kind: str, address: str, now: datetime) -> bool:
    """Whether whoever had an address was erased, and nobody has been known by it since. At most two queries."""
    try:
        standing = suppress.suppressions_of(kind=kind, address=address, now=now)
    except InvalidAddress:
        return False
    if not any(row.reason == ERASED for row in standing):
        return False
    norm = normalised(kind, address)
    ways = {norm, alias_of(kind, norm)} - {""}
    known = Q(address_norm__in=ways) | Q(alias__in=ways)
    kinds = PHONES if kind in PHONES else (kind,)
    return not Identity.objects.filter(known, kind__in=kinds, valid_to=None).exists()


def withdraw_unless_erased(*, profile_id: UUID, actor: User | None = None, **facts: Any) -> None:
    """Withdraw; for whoever was erased there is nothing to take back, and nothing reaches them any more."""
    with contextlib.suppress(Profile.DoesNotExist):
        consent.withdraw(profile_id=profile_id, actor=actor, **facts)
