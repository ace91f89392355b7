"""Which departments deal with a customer, and who keeps them together."""

from collections.abc import Collection, Sequence
from uuid import UUID

from collaboration.models import Coordination
from engagement import statements
from engagement.sorting import sort_text
from engagement.village.models import Department

_THESE = "WHERE key = ANY(%(keys)s)"


def departments(keys: Collection[UUID]) -> list[Department]:
    """Return departments, by their names in the reader's language."""
    return sorted(statements.select(Department, _THESE, {"keys": list(keys)}), key=sort_text) if keys else []


def coordination(key: UUID) -> Coordination:
    """Return one coordination with its person. One query. Raises DoesNotExist."""
    return Coordination.objects.select_related("person").get(pk=key)


def coordinator_of(family: Sequence[UUID]) -> Coordination | None:
    """Return who coordinates what is done for a customer now, of whose profiles these are the keys."""
    now = Coordination.objects.filter(profile_id__in=family, until=None)
    return now.select_related("person").order_by("-key").first()
