"""An overdue task is told to who does it, then to who is in charge; each once for each due time."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from collaboration.models import Task
from collaboration.selectors.people import people_of
from collaboration.tasks.telling import tell
from engagement.organization.current import current_organization
from engagement.village.models import User


@transaction.atomic
def escalate(*, now: datetime, limit: int = 200) -> int:
    """Remind of tasks whose time has come, and escalate those that are late by TASK_ESCALATION_HOURS.

    Returns how many steps were taken. Any number of workers may run it at once: a task that one holds is passed over.
    """
    late = Task.objects.open().filter(due_at__lte=now)
    reminded = _hold(late.filter(reminded_at=None), limit)
    for task in reminded:
        task.reminded_at = now
        task.save(update_fields=["reminded_at"])
        tell(task, change="reminded", actor=None, now=now)
    very_late = late.filter(
        due_at__lte=now - timedelta(hours=float(current_organization().task_escalation_hours)), escalated_at=None
    )
    escalated = _hold(very_late, limit)
    for task in escalated:
        task.escalated_at, task.escalated_to = now, in_charge_of(task)
        task.save(update_fields=["escalated_at", "escalated_to"])
        tell(task, change="escalated", actor=None, now=now)
    return len(reminded) + len(escalated)


def _hold(tasks: QuerySet[Task], limit: int) -> list[Task]:
    return list(tasks.order_by("due_at", "key").select_for_update(skip_locked=True, of=("self",))[:limit])


def in_charge_of(task: Task) -> User | None:
    """Return whom to tell when the one who does it does not: its author, else who is longest in its department.

    Nobody: the task's author does it alone and has no colleague in any department.
    """
    if task.created_by_id != task.assignee_id and task.created_by.is_active:
        return task.created_by
    departments = (
        [task.department] if task.department else list(task.assignee.departments.all()) if task.assignee else []
    )
    others = people_of(departments).exclude(pk__in=[task.assignee_id] if task.assignee_id else [])
    return others.order_by("date_joined", "key").first()
