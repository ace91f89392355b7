"""Let a person, or everyone of a role, do something with one thing: a queue, a channel, a connection."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model
from guardian.models import GroupObjectPermission, UserObjectPermission
from guardian.shortcuts import assign_perm, remove_perm

from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import Role, User


class NotGrantable(ValueError):
    """The permission is not one of that kind of thing."""


def grant(
    *,
    person_or_role: User | Role,
    permission: str,
    thing: Model,
    actor: User | None,
    now: datetime,
    origin: Origin = NOWHERE,
) -> bool:
    """Grant ``permission`` (``app_label.codename``) on ``thing``; return False when it was granted before.

    Raises NotGrantable. ``actor`` is None for the software itself (demo data).
    """
    _check(permission, thing)
    with transaction.atomic():
        if _is_granted(person_or_role, permission, thing):
            return False
        assign_perm(permission, _holder(person_or_role), thing)
        _note("grant.given", person_or_role, permission, thing, actor=actor, now=now, origin=origin)
    return True


def revoke(
    *,
    person_or_role: User | Role,
    permission: str,
    thing: Model,
    actor: User | None,
    now: datetime,
    origin: Origin = NOWHERE,
) -> bool:
    """Take a grant back; return False when there was none. What a role or a superuser may anyway stays.

    Raises NotGrantable.
    """
    _check(permission, thing)
    with transaction.atomic():
        if not _is_granted(person_or_role, permission, thing):
            return False
        remove_perm(permission, _holder(person_or_role), thing)
        _note("grant.taken", person_or_role, permission, thing, actor=actor, now=now, origin=origin)
    return True


def _check(permission: str, thing: Model) -> None:
    app_label, _, codename = permission.partition(".")
    kind = ContentType.objects.get_for_model(thing)
    if app_label != kind.app_label or not kind.permission_set.filter(codename=codename).exists():
        raise NotGrantable(f"{permission} is not a permission on {kind.app_label}.{kind.model}")


def _holder(person_or_role: User | Role) -> User | Group:
    return person_or_role if isinstance(person_or_role, User) else person_or_role.group


def _is_granted(person_or_role: User | Role, permission: str, thing: Model) -> bool:
    where: dict[str, Any] = {
        "content_type": ContentType.objects.get_for_model(thing),
        "object_pk": str(thing.pk),
        "permission__codename": permission.partition(".")[2],
    }
    if isinstance(person_or_role, User):
        return UserObjectPermission.objects.filter(user=person_or_role, **where).exists()
    return GroupObjectPermission.objects.filter(group=person_or_role.group, **where).exists()


def _note(
    action: str,
    person_or_role: User | Role,
    permission: str,
    thing: Model,
    *,
    actor: User | None,
    now: datetime,
    origin: Origin,
) -> None:
    to = f"person:{person_or_role.pk}" if isinstance(person_or_role, User) else f"role:{person_or_role.slug}"
    detail = {"permission": permission, "to": to, "name": str(person_or_role)}
    record(actor=actor, action=action, subject=thing, now=now, detail=detail, origin=origin)
