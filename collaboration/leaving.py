"""What of the work among colleagues is with a person. Registered with ``responsibilities``."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collaboration.actions.coordinate import coordinate, end_coordination
from collaboration.approvals import kinds as approval_kinds
from collaboration.models import ApprovalRequest, Coordination, Handoff, Task
from collaboration.selectors.people import who_may
from collaboration.tasks.changing import reassign
from engagement.sorting import by_localized_name
from engagement.village import responsibilities
from engagement.village.models import Department, User
from engagement.village.responsibilities import Held, Responsibility

DECIDE = "collaboration.decide_approval"


def _tasks(person: User) -> QuerySet[Task]:
    theirs = Task.objects.open().filter(assignee=person)
    return theirs.select_related("department", "created_by").due_first()


def _describe_task(task: Task) -> Held:
    return Held(task.title, reverse("collaboration:task", args=[task.pk]))


def _give_tasks(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    """To a colleague; or to the task's department, the person's own, or whoever made the task."""
    home = person.departments.order_by(*by_localized_name()).first()
    given = 0
    for task in list(_tasks(person)):
        department = task.department or home
        assignee = to
        if to is None and department is None:
            assignee = task.created_by if task.created_by.is_active and task.created_by_id != person.pk else None
            if assignee is None:
                continue
        reassign(task_id=task.pk, assignee=assignee, department=department, actor=actor, now=now)
        given += 1
    return given


def _release_tasks(*, person: User, left: Sequence[Department], actor: User, now: datetime) -> int:
    """What they had to do for a department that they left is its again."""
    theirs = _tasks(person).filter(department__in=[department.pk for department in left])
    rows = list(theirs)
    for task in rows:
        reassign(task_id=task.pk, assignee=None, department=task.department, actor=actor, now=now)
    return len(rows)


def _asked(person: User) -> QuerySet[ApprovalRequest]:
    return ApprovalRequest.objects.open().filter(requester=person).oldest_first()


def _describe_request(request: ApprovalRequest) -> Held:
    about = approval_kinds.describe([request])[request.pk]
    return Held(about.title, reverse("collaboration:review", args=[request.pk]))


def _give_requests(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    """Whoever asks from now on hears of the decision, and may not decide it. What was decided in part stays."""
    if to is None:
        return 0
    return _asked(person).filter(decisions__isnull=True).order_by().update(requester=to)


def _only_theirs(person: User) -> QuerySet[ApprovalRequest]:
    """Requests that nobody else may decide."""
    waiting = ApprovalRequest.objects.waiting_for(person)
    names = sorted(set(waiting.order_by().values_list("permission", flat=True)))
    lonely = [name for name in names if not who_may(DECIDE, name).exclude(pk=person.pk).exists()]
    return waiting.filter(permission__in=lonely).oldest_first()


def _coordinations(person: User) -> QuerySet[Coordination]:
    return Coordination.objects.filter(person=person, until=None).select_related("profile").order_by("-key")


def _describe_coordination(row: Coordination) -> Held:
    return Held(row.profile.name or str(row.profile_id), reverse("profiles:profile", args=[row.profile_id]))


def _give_coordinations(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    rows = list(_coordinations(person))
    for row in rows:
        if to is None:
            end_coordination(coordination=row, now=now)
        else:
            coordinate(profile=row.profile, person=to, now=now)
    return len(rows)


def _offers(person: User) -> QuerySet[Handoff]:
    return Handoff.objects.offered().filter(offered_by=person).select_related("to_department").order_by("offered_at")


def _describe_offer(handoff: Handoff) -> Held:
    return Held(handoff.summary[:120], reverse("collaboration:handoff", args=[handoff.pk]))


def _give_offers(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    """The colleague hears of the answer from now on, and may withdraw it."""
    return 0 if to is None else _offers(person).order_by().update(offered_by=to)


def register() -> None:
    """Called once, when the app is ready."""
    responsibilities.register(
        Responsibility(
            name="collaboration.tasks",
            label=_("Tasks"),
            rows=_tasks,
            describe=_describe_task,
            hand_over=_give_tasks,
            unassigned=_("To the department, else to who gave the task"),
            permission="collaboration.change_task",
            view="collaboration.view_task",
            order=20,
            on_change=_release_tasks,
        ),
        Responsibility(
            name="collaboration.offers",
            label=_("Transfers that wait for an answer"),
            rows=_offers,
            describe=_describe_offer,
            hand_over=_give_offers,
            permission="collaboration.change_handoff",
            view="collaboration.view_handoff",
            order=21,
        ),
        Responsibility(
            name="collaboration.coordinations",
            label=_("Customers that they coordinate"),
            rows=_coordinations,
            describe=_describe_coordination,
            hand_over=_give_coordinations,
            unassigned=_("Nobody coordinates"),
            permission="conversations.change_conversation",
            view="profiles.view_profile",
            order=22,
        ),
        Responsibility(
            name="collaboration.requests",
            label=_("Approvals that they asked for"),
            rows=_asked,
            describe=_describe_request,
            hand_over=_give_requests,
            permission="collaboration.view_approvalrequest",
            view="collaboration.view_approvalrequest",
            hint=_("Whoever takes them over hears of the decision and cannot decide them."),
            order=30,
        ),
        Responsibility(
            name="collaboration.decisions",
            label=_("Approvals that only they may decide"),
            rows=_only_theirs,
            describe=_describe_request,
            view="collaboration.view_approvalrequest",
            hint=_("Give another person a role that may decide them, or withdraw them."),
            order=31,
        ),
    )
