"""The page of everybody who works here."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from engagement.sorting import SortKey
from engagement.village.models import User

PAGE = 50


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some people in the order of their names, and the key after which the next page begins."""

    people: Sequence[User]
    next_after: UUID | None


def page(*, search: str = "", role: str = "", after: UUID | None = None, size: int = PAGE) -> PeoplePage:
    """Return people whose name or address holds ``search`` and who have the role of that slug. Four queries."""
    found = _matching(search.strip(), role)
    found = found.annotate(sort_key=SortKey("name"))
    last = User.objects.filter(pk=after).values_list(SortKey("name"), "key").first() if after else None
    if last:
        found = found.filter(Q(sort_key__gt=last[0]) | Q(sort_key=last[0], key__gt=last[1]))
    rows = list(found.prefetch_related("groups__role", "departments").order_by("sort_key", "key")[: size + 1])
    return PeoplePage(rows[:size], rows[size - 1].key if len(rows) > size else None)


def _matching(search: str, role: str) -> QuerySet[User]:
    found = User.objects.all()
    if search:
        found = found.filter(Q(name__icontains=search) | Q(email__icontains=search))
    if role:
        found = found.filter(groups__role__slug=role)
    return found
