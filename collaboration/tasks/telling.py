"""What each change of a task has in common: the event and the pokes."""

from datetime import datetime
from uuid import UUID

from collaboration.models import Task
from collaboration.selectors.people import people_of
from engagement.events.catalogue import TaskChanged
from engagement.events.outbox import publish
from engagement.realtime.topics import poke
from engagement.village.models import User

_TOPIC_OF = {"conversations.conversation": "conversation"}  # whose live topic a subject's own page listens to


def tell(task: Task, *, change: str, actor: User | None, now: datetime, before: UUID | None = None) -> None:
    """Publish a change, and poke whoever has the task, had it (``before``), or looks at what it belongs to."""
    event = TaskChanged(
        task_id=task.pk,
        change=change,
        assignee_id=task.assignee_id,
        department_id=task.department_id,
        subject_type=task.subject_type,
        subject_id=task.subject_id,
        actor_id=actor.pk if actor else None,
        at=now,
    )
    publish(event, now=now)
    people = {task.assignee_id, task.created_by_id, task.escalated_to_id, before} - {None}
    if task.department_id:
        people |= set(people_of([task.department]).values_list("pk", flat=True))
    topics = [f"user:{key}" for key in sorted(people, key=str)]
    if task.subject_type in _TOPIC_OF:
        topics.append(f"{_TOPIC_OF[task.subject_type]}:{task.subject_id}")
    poke(*topics)
