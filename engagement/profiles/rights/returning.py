"""Whoever was erased may write to us again. Then we answer, as to anybody, and send nothing else."""

from datetime import datetime

from django.db import transaction

from engagement.profiles.actions import suppress
from engagement.profiles.addresses import InvalidAddress
from engagement.profiles.models import Suppression
from engagement.profiles.models.consent import Purpose

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
