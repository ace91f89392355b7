"""What is still with a person, as the page that hands it over shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Exists, OuterRef, Q, QuerySet

from engagement.sorting import by_name
from engagement.village import responsibilities
from engagement.village.models import User
from engagement.village.responsibilities import SAMPLE_SIZE, Held, Responsibility


@dataclass(frozen=True, slots=True)
class HeldKind:
    """One kind of things that are with a person: how many, and the first of them for a reader who may see them."""

    kind: Responsibility
    count: int
    sample: Sequence[Held]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.sample)


def held_by(person: User, *, reader: User) -> list[HeldKind]:
    """Return every kind of which something is with the person. Two queries for each kind, and those of its names."""
    found = []
    for kind in responsibilities.registered():
        rows: QuerySet[Any] = kind.rows(person)
        count = rows.count()
        if count:
            may_see = not kind.view or reader.has_perm(kind.view)
            sample = [kind.describe(row) for row in rows[:SAMPLE_SIZE]] if may_see else []
            found.append(HeldKind(kind, count, sample))
    return found


def count_held(person: User) -> int:
    """Return how many things are with the person. One query for each kind."""
    return sum(kind.rows(person).count() for kind in responsibilities.registered())


def colleagues(person: User, *, permission: str) -> QuerySet[User]:
    """Return who may take a kind of things over from a person: active, and with its permission, by name."""
    people = User.objects.filter(is_active=True).exclude(pk=person.pk).order_by(*by_name())
    if not permission:
        return people
    label, _, codename = permission.partition(".")
    wanted = Permission.objects.filter(content_type__app_label=label, codename=codename)
    return people.filter(
        Q(is_superuser=True)
        | Q(Exists(wanted.filter(user=OuterRef("pk"))))
        | Q(Exists(wanted.filter(group__user=OuterRef("pk"))))
    )
