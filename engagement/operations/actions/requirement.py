"""Write, change, delete and waive requirements. Each act is one transaction with its audit entry."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engagement.operations.actions.blueprint import TOPIC
from engagement.operations.models import Component, Requirement, RequirementWaiver
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

FIELDS = ("title", "need", "department", "priority", "capability", "value_case", "owner")
MAX_WAIVER = timedelta(days=90)


class RequirementRefused(ValueError):
    """What was asked cannot be; the message is a sentence for whoever asked."""


@transaction.atomic
def create_requirement(
    *,
    values: Mapping[str, Any],
    components: Sequence[Component],
    actor: User,
    now: datetime,
    origin: Origin = NOWHERE,
) -> Requirement:
    """Write a requirement."""
    made = Requirement.objects.create(**values, author=actor, created_at=now, updated_at=now)
    made.components.set(components)
    record(actor=actor, action="requirement.added", subject=made, now=now, detail={}, origin=origin)
    poke(TOPIC)
    return made


@transaction.atomic
def change_requirement(
    *,
    requirement: Requirement,
    values: Mapping[str, Any],
    components: Sequence[Component] | None,
    actor: User,
    now: datetime,
    origin: Origin = NOWHERE,
) -> Requirement:
    """Change a requirement; ``components=None`` leaves those as they are. Raises RequirementRefused."""
    locked = _lock(requirement)
    changed: dict[str, Any] = {}
    for name, value in values.items():
        before = getattr(locked, name)
        if before != value:
            setattr(locked, name, value)
            changed[name] = [None if before is None else str(before), None if value is None else str(value)]
    if components is not None:
        before_names = sorted(locked.components.values_list("name", flat=True))
        locked.components.set(components)
        names = sorted(one.name for one in components)
        if names != before_names:
            changed["components"] = [before_names, names]
    if changed:
        locked.updated_at = now
        locked.save()
        record(actor=actor, action="requirement.changed", subject=locked, now=now, detail=changed, origin=origin)
        poke(TOPIC)
    return locked


@transaction.atomic
def delete_requirement(*, requirement: Requirement, actor: User, now: datetime, origin: Origin = NOWHERE) -> None:
    """Delete a requirement. Deleting twice is one deletion."""
    locked = Requirement.objects.select_for_update().get(pk=requirement.pk)
    if locked.deleted_at is None:
        locked.deleted_at = locked.updated_at = now
        locked.save(update_fields=["deleted_at", "updated_at"])
        record(actor=actor, action="requirement.deleted", subject=locked, now=now, detail={}, origin=origin)
        poke(TOPIC)


@transaction.atomic
def restore_requirement(*, requirement: Requirement, actor: User, now: datetime, origin: Origin = NOWHERE) -> None:
    """Bring a deleted requirement back. Safe to repeat."""
    locked = Requirement.objects.select_for_update().get(pk=requirement.pk)
    if locked.deleted_at is not None:
        locked.deleted_at, locked.updated_at = None, now
        locked.save(update_fields=["deleted_at", "updated_at"])
        record(actor=actor, action="requirement.restored", subject=locked, now=now, detail={}, origin=origin)
        poke(TOPIC)


@transaction.atomic
def waive_requirement(
    *, requirement: Requirement, reason: str, until: datetime, actor: User, now: datetime, origin: Origin = NOWHERE
) -> RequirementWaiver:
    """Let campaigns launch although it is not met. A waiver in force is replaced. Raises RequirementRefused."""
    if not reason.strip():
        raise RequirementRefused(_("Say why campaigns may launch without it."))
    if not now < until <= now + MAX_WAIVER:
        raise RequirementRefused(_("A waiver ends within 90 days. Choose a day until then."))
    locked = _lock(requirement)
    end_requirement_waiver(requirement=locked, actor=actor, now=now, origin=origin)
    made = RequirementWaiver.objects.create(
        requirement=locked, reason=reason.strip(), person=actor, granted_at=now, until=until
    )
    detail = {"reason": made.reason, "until": until.isoformat()}
    record(actor=actor, action="requirement.waived", subject=locked, now=now, detail=detail, origin=origin)
    poke(TOPIC)
    return made


@transaction.atomic
def end_requirement_waiver(*, requirement: Requirement, actor: User, now: datetime, origin: Origin = NOWHERE) -> bool:
    """End the waiver in force; say whether there was one. Safe to repeat."""
    open_waivers = RequirementWaiver.objects.select_for_update().filter(requirement=requirement, ended_at=None)
    waiver = open_waivers.first()
    if waiver is None:
        return False
    waiver.ended_at = now
    waiver.save(update_fields=["ended_at"])
    record(actor=actor, action="requirement.waiver_ended", subject=requirement, now=now, detail={}, origin=origin)
    poke(TOPIC)
    return True


def _lock(requirement: Requirement) -> Requirement:
    locked = Requirement.objects.select_for_update().get(pk=requirement.pk)
    if locked.deleted_at is not None:
        raise RequirementRefused(_("This requirement was deleted meanwhile."))
    return locked
