"""Change a task: who does it, until when, that it is done. Each is safe to repeat."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from collaboration.models import Task
from collaboration.tasks.errors import TaskRefused
from collaboration.tasks.telling import tell
from engagement.village.models import Department, User

State = Task.State


@transaction.atomic
def reassign(
    *, task_id: UUID, assignee: User | None, actor: User, now: datetime, department: Department | None = None
) -> Task:
    """Give an open task to another person, or to a department until one of its people takes it. Raises TaskRefused."""
    current = _open(task_id)
    if assignee is None and department is None:
        raise TaskRefused(_("Say who does it: a person or a department."))
    if assignee is not None and not assignee.is_active:
        raise TaskRefused(_("%(name)s does not work here any more.") % {"name": assignee})
    department = department or current.department
    if (current.assignee, current.department) == (assignee, department):
        return current
    before, current.assignee, current.department = current.assignee_id, assignee, department
    current.save(update_fields=["assignee", "department"])
    tell(current, change="reassigned", actor=actor, now=now, before=before)
    return current


@transaction.atomic
def take(*, task_id: UUID, actor: User, now: datetime) -> Task:
    """Assign an open task that nobody has to oneself. Raises TaskRefused, which names whoever has it by now."""
    current = _open(task_id)
    if current.assignee is not None and current.assignee != actor:
        raise TaskRefused(_("%(name)s has taken this task. It stays with them.") % {"name": current.assignee})
    return reassign(task_id=task_id, assignee=actor, actor=actor, now=now)


@transaction.atomic
def change_due(*, task_id: UUID, due_at: datetime | None, actor: User, now: datetime) -> Task:
    """Give an open task another end; reminders and escalations begin anew. Raises TaskRefused."""
    current = _open(task_id)
    if current.due_at == due_at:
        return current
    before, current.escalated_to = current.escalated_to_id, None
    current.due_at, current.reminded_at, current.escalated_at = due_at, None, None
    current.save(update_fields=["due_at", "reminded_at", "escalated_at", "escalated_to"])
    tell(current, change="rescheduled", actor=actor, now=now, before=before)
    return current


@transaction.atomic
def complete(*, task_id: UUID, actor: User, now: datetime) -> Task:
    """Say that it is done."""
    return _end(task_id, state=State.DONE, actor=actor, now=now)


@transaction.atomic
def cancel(*, task_id: UUID, actor: User, now: datetime) -> Task:
    """Say that it need not be done."""
    return _end(task_id, state=State.CANCELLED, actor=actor, now=now)


@transaction.atomic
def reopen(*, task_id: UUID, actor: User, now: datetime) -> Task:
    """Say that it is to be done after all."""
    current = Task.objects.lock(task_id)
    if current.is_open:
        return current
    current.state, current.done_at, current.done_by = State.OPEN, None, None
    current.save(update_fields=["state", "done_at", "done_by"])
    tell(current, change="reopened", actor=actor, now=now)
    return current


def _open(task_id: UUID) -> Task:
    current = Task.objects.lock(task_id)
    if not current.is_open:
        raise TaskRefused(_("It is closed already. Open it again first."))
    return current


def _end(task_id: UUID, *, state: str, actor: User, now: datetime) -> Task:
    current = Task.objects.lock(task_id)
    if not current.is_open:
        return current
    current.state, current.done_at, current.done_by = state, now, actor
    current.save(update_fields=["state", "done_at", "done_by"])
    tell(current, change=state, actor=actor, now=now)
    return current
