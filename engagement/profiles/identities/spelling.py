"""Write down what the spellings of an address share where a row lacks it.

It was inserted by another way, or stood there before its provider was named in the settings.
"""

from collections.abc import Sequence

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from engagement.profiles.aliases import alias_of
from engagement.profiles.models import Identity

_BATCH = 1000


def spell_missing() -> int:
    """Return how many rows have an alias now. Who leads stays; where nobody does, the oldest open row does.

    Two people under one alias stay two, so that a merge can be proposed.
    """
    total = 0
    after = None
    while rows := _missing(after):
        total += sum(_spell(row) for row in rows)
        after = rows[-1].pk
    return total


def _missing(after: object) -> Sequence[Identity]:
    wanted = Q(kind__in=["phone", "whatsapp"])
    for domain in settings.SUBADDRESS_DOMAINS:
        wanted |= Q(kind="email", address_norm__endswith=f"@{domain}")
    behind = Q(pk__gt=after) if after else Q()
    return list(Identity.objects.filter(wanted, behind, alias="").order_by("pk")[:_BATCH])


def _spell(row: Identity) -> int:
    alias = alias_of(row.kind, row.address_norm)
    if not alias:
        return 0
    rows = Identity.objects.filter(pk=row.pk, alias="")
    try:
        with transaction.atomic():
            return rows.update(alias=alias, leads=row.valid_to is None)
    except IntegrityError:  # somebody leads already
        return rows.update(alias=alias, leads=False)
