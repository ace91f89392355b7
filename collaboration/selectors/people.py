"""Who may be asked: people by permission, people of a department."""

from collections.abc import Iterable

from django.contrib.auth.models import Permission
from django.db.models import Exists, OuterRef, Q, QuerySet

from engagement.sorting import by_name
from engagement.village.models import Department, User


def who_may(*permissions: str) -> QuerySet[User]:
    """Return the active people who have every one of ``permissions`` (``app_label.codename``), by name."""
    people = User.objects.filter(is_active=True).order_by(*by_name())
    for name in permissions:
        label, _, codename = name.partition(".")
        wanted = Permission.objects.filter(content_type__app_label=label, codename=codename)
        people = people.filter(
            Q(is_superuser=True)
            | Q(Exists(wanted.filter(user=OuterRef("pk"))))
            | Q(Exists(wanted.filter(group__user=OuterRef("pk"))))
        )
    return people


def people_of(departments: Iterable[Department | None]) -> QuerySet[User]:
    """Return the active people of departments, by name, each once."""
    keys = [department.pk for department in departments if department is not None]
    members = User.departments.through.objects.filter(department_id__in=keys, user_id=OuterRef("pk"))
    return User.objects.filter(Exists(members), is_active=True).order_by(*by_name())
