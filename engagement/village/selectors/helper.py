"""Whom to ask for access: somebody who holds the permission that is missing, else an administrator."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from engagement.village.models import Role, User
from engagement.village.roles import ADMINISTRATOR


@dataclass(frozen=True, slots=True)
class Helper:
    """A colleague to ask, and the role through which they can help."""

    person: User
    role: Role | None


def permission_holders(*permissions: str) -> QuerySet[User]:
    """Return the active people who have every one of ``permissions`` (``app_label.codename``), in no order."""
    people = User.objects.filter(is_active=True)
    for name in permissions:
        wanted = _permission(name)
        people = people.filter(
            Q(is_superuser=True)
            | Q(Exists(wanted.filter(user=OuterRef("pk"))))
            | Q(Exists(wanted.filter(group__user=OuterRef("pk"))))
        )
    return people


def who_can_help(person: Any, *permissions: str) -> Helper | None:
    """Return whom somebody who is signed in asks for what needs ``permissions``; None for a stranger, or if nobody is.

    Whoever holds them all and was here last, through a role of their work rather than as administrator; where nobody
    holds them, the administrator who was here last.
    """
    if not getattr(person, "is_authenticated", False):
        return None
    roles = Role.objects.filter(group__user=OuterRef("pk"))
    others = User.objects.exclude(pk=person.pk).order_by(F("last_login").desc(nulls_last=True), "key")
    administrators = others.filter(Exists(roles.filter(slug=ADMINISTRATOR)), is_active=True)
    if permissions:
        holders = others.filter(pk__in=permission_holders(*permissions).values("pk"), is_superuser=False)
        found = holders.exclude(Exists(roles.filter(slug=ADMINISTRATOR))).first() or holders.first()
        if found is not None:
            return Helper(found, _role_with(found, permissions))
    found = administrators.exclude(last_login=None).first() or administrators.first()
    return Helper(found, Role.objects.get(slug=ADMINISTRATOR)) if found is not None else None


def _permission(name: str) -> QuerySet[Permission]:
    label, _, codename = name.partition(".")
    return Permission.objects.filter(content_type__app_label=label, codename=codename)


def _role_with(person: User, permissions: Sequence[str]) -> Role | None:
    """The role of a person that gives the first of these permissions; None if they have it without a role."""
    given = _permission(permissions[0]).filter(group=OuterRef("group"))
    return Role.objects.filter(Exists(given), group__user=person).order_by("position", "slug").first()
