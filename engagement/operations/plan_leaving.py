"""Milestones, work items and risks that a person owns. Registered with ``responsibilities``."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagement.operations.actions.plan import TOPIC, lock_plan
from engagement.operations.models import Milestone, Risk, WorkItem
from engagement.realtime.topics import poke
from engagement.village import responsibilities
from engagement.village.audit import record
from engagement.village.models import User
from engagement.village.responsibilities import Held, Responsibility


def _milestones(person: User) -> QuerySet[Milestone]:
    return Milestone.objects.filter(owner=person, deleted_at=None, delivered_on=None).order_by("promised_on", "id")


def _items(person: User) -> QuerySet[WorkItem]:
    theirs = WorkItem.objects.filter(owner=person, deleted_at=None)
    return theirs.exclude(status=WorkItem.Status.DONE).order_by("due_on", "id")


def _risks(person: User) -> QuerySet[Risk]:
    return Risk.objects.filter(owner=person, closed_at=None).order_by("-id")


def _describe_milestone(milestone: Milestone) -> Held:
    return Held(milestone.title, reverse("operations:milestone", args=[milestone.pk]))


def _describe_item(item: WorkItem) -> Held:
    return Held(item.title, reverse("operations:work-item", args=[item.pk]))


def _describe_risk(risk: Risk) -> Held:
    return Held(risk.title, reverse("operations:plan"))


def _give(rows: QuerySet[Any], action: str, person: User, to: User | None, actor: User, now: datetime) -> int:
    lock_plan()
    found = list(rows)
    for row in found:
        row.owner = to
        row.save(update_fields=["owner"])
        detail = {"owner": [str(person), str(to) if to else ""]}
        record(actor=actor, action=action, subject=row, now=now, detail=detail)
    if found:
        poke(TOPIC)
    return len(found)


def _give_milestones(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    return _give(_milestones(person), "milestone.changed", person, to, actor, now)


def _give_items(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    return _give(_items(person), "work_item.changed", person, to, actor, now)


def _give_risks(*, person: User, to: User | None, actor: User, now: datetime) -> int:
    return _give(_risks(person), "risk.changed", person, to, actor, now)


def register() -> None:
    """Called once, when the app is ready."""
    responsibilities.register(
        Responsibility(
            name="operations.milestones",
            label=_("Milestones"),
            rows=_milestones,
            describe=_describe_milestone,
            hand_over=_give_milestones,
            unassigned=_("No owner"),
            permission="operations.view_milestone",
            view="operations.view_milestone",
            order=82,
        ),
        Responsibility(
            name="operations.work-items",
            label=_("Work items"),
            rows=_items,
            describe=_describe_item,
            hand_over=_give_items,
            unassigned=_("No owner"),
            permission="operations.view_workitem",
            view="operations.view_workitem",
            order=83,
        ),
        Responsibility(
            name="operations.risks",
            label=_("Risks"),
            rows=_risks,
            describe=_describe_risk,
            hand_over=_give_risks,
            unassigned=_("No owner"),
            permission="operations.view_milestone",
            view="operations.view_milestone",
            order=84,
        ),
    )
