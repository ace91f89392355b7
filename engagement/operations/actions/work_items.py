"""Work items: create, change, move, delete, restore; dependencies without cycles."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from engagement.operations.actions.plan import TOPIC, PlanRefused, changes_of, lock_plan
from engagement.operations.models import Component, Milestone, WorkItem
from engagement.operations.plan_permissions import may_change_work_item
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import AuditEntry, User

Status = WorkItem.Status
MAX_DEPENDENCIES = 30
MAX_ESTIMATE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItemValues:
    """What can be changed of a work item. ``blocked_reason`` counts only while it is blocked."""

    title: str
    description: str = ""
    milestone: Milestone | None = None
    component: Component | None = None
    owner: User | None = None
    status: str = Status.NEXT
    estimate: int = 1
    due_on: date | None = None
    blocked_reason: str = ""
    depends_on: tuple[WorkItem, ...] = ()


def values_of(item: WorkItem) -> WorkItemValues:
    """Return the values of a work item as they stand."""
    names = [name for name in WorkItemValues.__slots__ if name != "depends_on"]
    return WorkItemValues(
        **{name: getattr(item, name) for name in names}, depends_on=tuple(item.depends_on.filter(deleted_at=None))
    )


@transaction.atomic
def create_work_item(*, values: WorkItemValues, actor: User, now: datetime, origin: Origin = NOWHERE) -> WorkItem:
    """Add a piece of work. Raises PlanRefused, also for somebody who does not plan and gives it to others."""
    lock_plan()
    item = WorkItem(created_at=now, updated_at=now)
    values = _checked(item, values)
    _write(item, values, now)
    if not may_change_work_item(user=actor, item=item):
        raise PlanRefused(_("Choose yourself as the owner, or a component that is yours."), field="owner")
    item.save(force_insert=True)
    item.depends_on.set(values.depends_on)
    detail = {"status": item.status, "milestone": str(item.milestone or ""), "owner": str(item.owner or "")}
    record(actor=actor, action="work_item.created", subject=item, now=now, detail=detail, origin=origin)
    poke(TOPIC)
    return item


def item_to_change(item_id: UUID) -> WorkItem:
    """Lock the plan and return a work item as it stands. Raises PlanRefused for one that was deleted."""
    lock_plan()
    rows = WorkItem.objects.select_related("milestone", "component", "owner")
    item = rows.filter(pk=item_id, deleted_at=None).first()
    if item is None:
        raise PlanRefused(_("This work item was deleted meanwhile. Restore it first."))
    return item


@transaction.atomic
def change_work_item(
    *, item_id: UUID, values: WorkItemValues, actor: User, now: datetime, origin: Origin = NOWHERE
) -> WorkItem:
    """Change a work item; what it depends on is replaced. Raises PlanRefused, also for a cycle of dependencies."""
    item = item_to_change(item_id)
    values = _checked(item, values)
    changed = changes_of(item, values)
    before = set(item.depends_on.filter(deleted_at=None))
    if before != set(values.depends_on):
        changed["depends_on"] = [_named(before), _named(values.depends_on)]
    if not changed:
        return item
    _write(item, values, now)
    item.save()
    _set_dependencies(item, values.depends_on)
    record(actor=actor, action="work_item.changed", subject=item, now=now, detail=changed, origin=origin)
    poke(TOPIC)
    return item


def _named(items: Iterable[WorkItem]) -> str:
    return ", ".join(sorted(item.title for item in items))[:300]


def _set_dependencies(item: WorkItem, wanted: Sequence[WorkItem]) -> None:
    """Replace the dependencies that are there; those on deleted items come back with them."""
    deleted = list(item.depends_on.exclude(deleted_at=None))
    item.depends_on.set([*wanted, *deleted])


@transaction.atomic
def move_work_item(
    *,
    item_id: UUID,
    status: str,
    actor: User,
    now: datetime,
    seen: str = "",
    reason: str = "",
    origin: Origin = NOWHERE,
) -> WorkItem:
    """Give a work item another status. To where it is already: nothing changes, except for another reason why it is
    blocked. ``seen`` is the status that the person saw. Raises PlanRefused when a colleague moved it meanwhile.
    """
    item = item_to_change(item_id)
    if status not in Status.values:
        raise PlanRefused(_("Choose one of the columns of the board."), field="status")
    if seen and seen != item.status != status:
        said = {"name": _last_mover(item), "title": item.title, "status": Status(item.status).label}
        raise PlanRefused(
            _("%(name)s moved “%(title)s” to %(status)s while you were looking. Move it again if you want to.") % said
        )
    if status == item.status and (status != Status.BLOCKED or reason.strip() in ("", item.blocked_reason)):
        return item
    values = _checked(item, replace(values_of(item), status=status, blocked_reason=reason))
    before = item.status
    _write(item, values, now)
    item.save()
    detail = {"status": [before, item.status], "reason": item.blocked_reason}
    record(actor=actor, action="work_item.moved", subject=item, now=now, detail=detail, origin=origin)
    poke(TOPIC)
    return item


def _last_mover(item: WorkItem) -> str:
    entries = AuditEntry.objects.filter(subject_type="operations.workitem", subject_id=str(item.pk))
    last = entries.filter(actor__isnull=False).select_related("actor").order_by("-key").first()
    return last.actor.name if last is not None and last.actor is not None else _("Somebody")


def _checked(item: WorkItem, values: WorkItemValues) -> WorkItemValues:
    """Return the values as they are written. Raises PlanRefused."""
    if not values.title.strip():
        raise PlanRefused(_("Give the work item a title."), field="title")
    if values.status not in Status.values:
        raise PlanRefused(_("Choose one of the columns of the board."), field="status")
    if not 0 <= values.estimate <= MAX_ESTIMATE:
        raise PlanRefused(_("An estimate lies between 0 and 1,000 points."), field="estimate")
    is_blocked = values.status == Status.BLOCKED
    if is_blocked and not values.blocked_reason.strip():
        raise PlanRefused(_("Say what blocks it, so that somebody can help."), field="blocked_reason")
    _check_milestone(item, values)
    _check_dependencies(item, values.depends_on)
    return replace(
        values, title=values.title.strip(), blocked_reason=values.blocked_reason.strip() if is_blocked else ""
    )


def _check_milestone(item: WorkItem, values: WorkItemValues) -> None:
    """What is delivered holds no open work."""
    if values.milestone is None:
        return
    milestone = Milestone.objects.get(pk=values.milestone.pk)
    if milestone.deleted_at is not None and milestone.pk != item.milestone_id:
        raise PlanRefused(_("This milestone was deleted meanwhile. Choose another one."), field="milestone")
    if milestone.delivered_on is not None and values.status != Status.DONE:
        text = _("“%(title)s” is delivered. Reopen it, or choose another milestone.")
        raise PlanRefused(text % {"title": milestone.title}, field="milestone")


def _check_dependencies(item: WorkItem, depends_on: Sequence[WorkItem]) -> None:
    if len(depends_on) > MAX_DEPENDENCIES:
        text = _("A work item depends on at most %(count)d others.")
        raise PlanRefused(text % {"count": MAX_DEPENDENCIES}, field="depends_on")
    cycle = find_cycle(item, depends_on)
    if cycle:
        text = _("Circular dependency: %(items)s. Remove one of these dependencies.")
        raise PlanRefused(text % {"items": " → ".join(cycle)}, field="depends_on")


def find_cycle(item: WorkItem, depends_on: Sequence[WorkItem]) -> list[str]:
    """Return the titles along the shortest cycle that these dependencies would close; empty for none.

    Deleted items count, since they can be restored. Two queries. Call it under ``lock_plan``.
    """
    if not depends_on or (item._state.adding and item not in depends_on):
        return []  # nothing depends on what is new
    pairs = WorkItem.depends_on.through._default_manager.values_list("from_workitem_id", "to_workitem_id")
    after: dict[UUID, list[UUID]] = defaultdict(list)
    for one, other in pairs:
        after[one].append(other)
    came_from: dict[UUID, UUID | None] = {one.pk: None for one in depends_on}
    queue = deque(came_from)
    while queue and item.pk not in came_from:
        here = queue.popleft()
        for further in after[here]:
            if further not in came_from:
                came_from[further] = here
                queue.append(further)
    if item.pk not in came_from:
        return []
    path: list[UUID] = []
    step: UUID | None = item.pk
    while step is not None:
        path.append(step)
        step = came_from[step]
    titles = dict(WorkItem.objects.filter(pk__in=path).values_list("pk", "title"))
    return [titles[pk] for pk in [item.pk, *reversed(path)] if pk in titles]


def _write(item: WorkItem, values: WorkItemValues, now: datetime) -> None:
    """Write the values into the row, with the moments that follow from its status."""
    was = None if item._state.adding else item.status
    for name in WorkItemValues.__slots__:
        if name != "depends_on":
            setattr(item, name, getattr(values, name))
    item.blocked_since = (
        (item.blocked_since if was == Status.BLOCKED else now) if item.status == Status.BLOCKED else None
    )
    item.done_at = (item.done_at if was == Status.DONE else now) if item.status == Status.DONE else None
    item.updated_at = now


@transaction.atomic
def delete_work_item(*, item_id: UUID, actor: User, now: datetime, origin: Origin = NOWHERE) -> WorkItem:
    """Delete a work item; it can be restored with its dependencies. Safe to repeat."""
    lock_plan()
    item = WorkItem.objects.get(pk=item_id)
    if item.deleted_at is None:
        item.deleted_at = now
        item.save(update_fields=["deleted_at"])
        record(actor=actor, action="work_item.deleted", subject=item, now=now, origin=origin)
        poke(TOPIC)
    return item


@transaction.atomic
def restore_work_item(*, item_id: UUID, actor: User, now: datetime, origin: Origin = NOWHERE) -> WorkItem:
    """Undo a deletion. Safe to repeat. Raises PlanRefused when its milestone was delivered or deleted meanwhile."""
    lock_plan()
    item = WorkItem.objects.select_related("milestone").get(pk=item_id)
    if item.deleted_at is None:
        return item
    milestone = item.milestone
    if milestone is not None and milestone.deleted_at is not None:
        raise PlanRefused(_("Its milestone was deleted meanwhile. Restore “%(title)s” first.") % {"title": milestone})
    if milestone is not None and milestone.delivered_on is not None and item.status != Status.DONE:
        raise PlanRefused(_("Its milestone was delivered meanwhile. Reopen “%(title)s” first.") % {"title": milestone})
    item.deleted_at = None
    item.save(update_fields=["deleted_at"])
    record(actor=actor, action="work_item.restored", subject=item, now=now, origin=origin)
    poke(TOPIC)
    return item
