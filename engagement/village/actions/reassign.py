"""Change what a person is here: their roles and their departments."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from engagement.village import responsibilities
from engagement.village.actions.guard import refuse_unless_may_change, refuse_without_administrator
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import Department, Role, User
from engagement.village.roles import ADMINISTRATOR


def reassign(
    *,
    person: User,
    roles: Iterable[Role],
    departments: Iterable[Department],
    actor: User,
    now: datetime,
    origin: Origin = NOWHERE,
) -> User:
    """Give a person exactly these roles and departments. Safe to repeat; one entry in the trail for each change.

    Groups that are no role of the village stay as they are. What waits with them and is out of their reach now, or
    belongs to a department that they left, is released (``responsibilities``). Raises ChangeRefused.
    """
    with transaction.atomic():
        Role.objects.select_for_update().get(slug=ADMINISTRATOR)
        locked = User.objects.select_for_update().get(pk=person.pk)
        refuse_unless_may_change(person=locked, actor=actor)
        _change_roles(locked, list(roles), actor=actor, now=now, origin=origin)
        left = _change_departments(locked, list(departments), actor=actor, now=now, origin=origin)
        refuse_without_administrator()
        fresh = User.objects.get(pk=locked.pk)  # without the permissions that were read before
        released = responsibilities.release_lost(person=fresh, left=left, actor=actor, now=now)
        if released:
            detail = {"counts": dict(released)}
            record(actor=actor, action="person.work_released", subject=fresh, now=now, detail=detail, origin=origin)
    return locked


def _change_roles(person: User, wanted: list[Role], *, actor: User, now: datetime, origin: Origin) -> None:
    before = {role.slug: role.group_id for role in Role.objects.filter(group__user=person)}
    after = {role.slug: role.group_id for role in wanted}
    added, taken = sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys())
    if added or taken:
        person.groups.add(*(after[slug] for slug in added))
        person.groups.remove(*(before[slug] for slug in taken))
        detail = {"added": added, "taken": taken}
        record(actor=actor, action="person.roles_changed", subject=person, now=now, detail=detail, origin=origin)


def _change_departments(
    person: User, wanted: list[Department], *, actor: User, now: datetime, origin: Origin
) -> list[Department]:
    """Return the departments that they left."""
    before = set(person.departments.values_list("slug", flat=True))
    after = {place.slug for place in wanted}
    left = list(person.departments.exclude(slug__in=after))
    if before != after:
        person.departments.set(wanted)
        detail = {"added": sorted(after - before), "taken": sorted(before - after)}
        action = "person.departments_changed"
        record(actor=actor, action=action, subject=person, now=now, detail=detail, origin=origin)
    return left
