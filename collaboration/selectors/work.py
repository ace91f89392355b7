"""What waits for a person: handoffs to their departments, their tasks; and what they gave to others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from collaboration.approvals.kinds import Described
from collaboration.handoffs import kinds
from collaboration.models import Handoff, Task
from collaboration.selectors.coordination import coordinator_of
from collaboration.selectors.keyset import Slice, read_slice
from engagement import compiled, statements
from engagement.profiles.doors import Asked
from engagement.village.models import User

SHOWN = 100
PAGE_SIZE = 100
VIEWS = ("mine", "department", "given", "done")
_TASK = ("assignee", "department", "created_by", "escalated_to", "profile", "done_by")
_HANDOFF = ("from_department", "to_department", "offered_by", "accepted_by", "answered_by", "profile")
_OPEN = """
SELECT EXISTS (SELECT FROM collaboration_task WHERE profile_id = ANY(%(family)s) AND state = 'open'),
    EXISTS (SELECT FROM collaboration_handoff WHERE profile_id = ANY(%(family)s) AND state = 'offered'),
    EXISTS (SELECT FROM collaboration_coordination WHERE profile_id = ANY(%(family)s) AND until IS NULL)
"""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with what it belongs to."""

    task: Task
    about: Described | None


@dataclass(frozen=True, slots=True)
class HandoffRow:
    """A handoff with what is handed over."""

    handoff: Handoff
    about: Described | None


@dataclass(frozen=True, slots=True)
class Work:
    """One page of work. ``view`` is which tasks: mine, department, given, done. Each list says how many rows it has
    in all, and where its next page begins (empty: nowhere).
    """

    view: str
    tasks: Slice
    waiting: Slice
    offered: Slice


def page(*, user: User, view: str, after: Mapping[str, str] | None = None) -> Work:
    """Return what waits for a person, tasks of one ``view``; 100 of each behind ``after`` (tasks, waiting, offered).

    A fixed number of queries. Raises BadCursor.
    """
    after = after or {}
    may = user.has_perm("collaboration.view_handoff")
    mine = Handoff.objects.visible_to(user).offered() if may else Handoff.objects.none()
    waiting = Handoff.objects.waiting_for(user) if may else Handoff.objects.none()
    offered = mine.filter(from_department__people=user).distinct()
    return Work(
        view=view,
        tasks=_task_slice(user, view, after.get("tasks", "")),
        waiting=_handoff_slice(waiting, after.get("waiting", ""), descending=False),
        offered=_handoff_slice(offered, after.get("offered", ""), descending=True),
    )


def _task_slice(user: User, view: str, after: str) -> Slice:
    is_done = view == "done"
    rows = _tasks(user, view).select_related(*_TASK)
    found = read_slice(rows, field="done_at" if is_done else "due_at", after=after, size=PAGE_SIZE, descending=is_done)
    about = _about([(task.subject_type, task.subject_id) for task in found.rows])
    return replace(found, rows=[TaskRow(task, about.get(task.subject_id)) for task in found.rows])


def _handoff_slice(rows: QuerySet[Handoff], after: str, *, descending: bool) -> Slice:
    found = read_slice(
        rows.select_related(*_HANDOFF), field="offered_at", after=after, size=PAGE_SIZE, descending=descending
    )
    about = _about([(handoff.subject_type, handoff.subject_id) for handoff in found.rows])
    return replace(found, rows=[HandoffRow(handoff, about.get(handoff.subject_id)) for handoff in found.rows])


def _tasks(user: User, view: str) -> QuerySet[Task]:
    mine = Task.objects.concerning(user)
    if view == "department":
        return mine.open().filter(department__people=user).distinct().due_first()
    if view == "given":
        return Task.objects.open().filter(created_by=user).exclude(assignee=user).due_first()
    if view == "done":
        return mine.exclude(state=Task.State.OPEN).order_by("-done_at", "-key")
    return Task.objects.waiting_for(user).due_first()


def task_rows(tasks: QuerySet[Task]) -> list[TaskRow]:
    """Return tasks with what they belong to: one query, and those of the kinds among them."""
    found = list(tasks.select_related(*_TASK)[:SHOWN])
    about = _about([(task.subject_type, task.subject_id) for task in found])
    return [TaskRow(task, about.get(task.subject_id)) for task in found]


def handoff_rows(handoffs: QuerySet[Handoff]) -> list[HandoffRow]:
    """Return handoffs with what they hand over: one query, and those of the kinds among them."""
    found = list(handoffs.select_related(*_HANDOFF)[:SHOWN])
    about = _about([(handoff.subject_type, handoff.subject_id) for handoff in found])
    return [HandoffRow(handoff, about.get(handoff.subject_id)) for handoff in found]


def _about(subjects: Sequence[tuple[str, UUID | None]]) -> Mapping[UUID | None, Described]:
    known = kinds.describe([(kind, key) for kind, key in subjects if key is not None])
    return {key: known[key] for _kind, key in subjects if key in known}


def of_subject(*, subject_type: str, subject_id: UUID) -> list[Task]:
    """Return the tasks that belong to a subject: the open ones by due time, then the last five done."""
    mine = Task.objects.filter(subject_type=subject_type, subject_id=subject_id).select_related(*_TASK)
    done = mine.filter(state=Task.State.DONE).order_by("-done_at", "-key")[:5]
    return [*mine.open().due_first()[:SHOWN], *done]


def handoff(key: UUID) -> Handoff:
    """Return one handoff with the people and departments in it. One query. Raises DoesNotExist."""
    return Handoff.objects.select_related(*_HANDOFF).get(pk=key)


def open_for(asked: Asked) -> dict[str, Any]:
    """Return what is open around a customer, for their page: tasks, offers that wait, who coordinates.

    One query says what there is of these; around most there is nothing.
    """
    ((has_tasks, has_offers, is_coordinated),) = statements.rows(_OPEN, {"family": list(asked.family)})
    may = has_offers and asked.reader.has_perm("collaboration.view_handoff")
    return {
        "tasks": compiled.read(_open_tasks, family=list(asked.family)) if has_tasks else [],
        "offers": _open_offers(asked) if may else [],
        "coordinator": coordinator_of(asked.family) if is_coordinated else None,
        "now": asked.now,
    }


def _open_tasks(*, family: Sequence[UUID]) -> QuerySet[Task]:
    return Task.objects.open().filter(profile_id__in=family).select_related(*_TASK).due_first()[:SHOWN]


def _open_offers(asked: Asked) -> list[Handoff]:
    theirs = Handoff.objects.visible_to(asked.reader).offered().filter(profile_id__in=asked.family)
    return list(theirs.select_related(*_HANDOFF).order_by("offered_at", "key")[:SHOWN])


_WAITING = """
WITH mine AS (SELECT department_id FROM village_user_departments WHERE user_id = %(user)s)
SELECT (
    SELECT count(*) FROM collaboration_task WHERE state = 'open' AND (assignee_id = %(user)s
        OR escalated_to_id = %(user)s OR assignee_id IS NULL AND department_id IN (SELECT department_id FROM mine))
) + (
    SELECT count(*) FROM collaboration_handoff WHERE %(hands)s AND state = 'offered'
        AND to_department_id IN (SELECT department_id FROM mine) AND offered_by_id IS DISTINCT FROM %(user)s
)
"""


def waiting_count(user: User, now: datetime) -> int:
    """Return how much waits: the person's open tasks, and handoffs that their departments have not answered.

    On every page, so it is one prepared statement; the lists are ``Task`` and ``Handoff.objects.waiting_for``.
    """
    values = {"user": user.pk, "hands": user.has_perm("collaboration.change_handoff")}
    return int(statements.rows(_WAITING, values)[0][0])
