"""Who may be asked: people by permission, people of a department."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from engagement.sorting import by_name
from engagement.village.models import Department, User
from engagement.village.selectors.helper import permission_holders


def who_may(*permissions: str) -> QuerySet[User]:
    """Return the active people who have every one of ``permissions`` (``app_label.codename``), by name."""
    return permission_holders(*permissions).order_by(*by_name())


def people_of(departments: Iterable[Department | None]) -> QuerySet[User]:
    """Return the active people of departments, by name, each once."""
    keys = [department.pk for department in departments if department is not None]
    members = User.departments.through.objects.filter(department_id__in=keys, user_id=OuterRef("pk"))
    return User.objects.filter(Exists(members), is_active=True).order_by(*by_name())
