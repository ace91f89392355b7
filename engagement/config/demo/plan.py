"""Pedralva's plan in its third month: what was promised, delivered, is late, is blocked, and waits for the sponsor.

Played through the actions, on the days on which it happened. Components are those of the demo's blueprint.
"""

import tomllib
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from engagement.operations.actions import plan as actions
from engagement.operations.actions import work_items
from engagement.operations.actions.plan import MilestoneValues, RiskValues
from engagement.operations.actions.work_items import WorkItemValues
from engagement.operations.models import Component, Milestone, WorkItem
from engagement.village.models import User

HERE = Path(__file__).parent
PLANNER, SPONSOR = "ambrosio.falcao", "celina.reis"


def load(*, now: datetime) -> None:
    """Make milestones, work items and risks. Call it after the blueprint."""
    story = tomllib.loads((HERE / "plan.toml").read_text())
    people = {user.email.partition("@")[0]: user for user in User.objects.all()}
    components = {component.name.lower(): component for component in Component.objects.current()}
    milestones = {given["slug"]: _promise(given, people, now) for given in story["milestone"]}
    _work(story["item"], milestones, components, people, now)
    for given in story["milestone"]:
        _go_on(given, milestones[given["slug"]], people, now)
    for given in story["risk"]:
        actions.create_risk(
            values=RiskValues(
                title=given["title"],
                level=given["level"],
                response=given["response"],
                milestone=milestones[given["milestone"]],
                owner=people[given["owner"]],
            ),
            actor=people[PLANNER],
            now=now - timedelta(days=20),
        )


def _day(now: datetime, days: int) -> date:
    return timezone.localdate(now) + timedelta(days=days)


def _promise(given: dict[str, Any], people: dict[str, User], now: datetime) -> Milestone:
    begun = now + timedelta(days=min(given["starts"] - 3, -1))
    made = actions.create_milestone(
        values=MilestoneValues(
            title=given["title"],
            owner=people[PLANNER],
            starts_on=_day(now, given["starts"]),
            promised_on=_day(now, given["promised"]),
            budget=Decimal(given["budget"]),
        ),
        actor=people[PLANNER],
        now=begun,
    )
    if given.get("is_new"):
        return made
    seen = actions.terms_of(made)
    return actions.approve_milestone(
        milestone_id=made.pk, seen=seen, actor=people[SPONSOR], now=begun + timedelta(hours=20)
    )


def _work(
    given: list[dict[str, Any]],
    milestones: dict[str, Milestone],
    components: dict[str, Component],
    people: dict[str, User],
    now: datetime,
) -> None:
    """Every piece of work on the day on which it was added, then how far it has come."""
    made: dict[str, WorkItem] = {}
    for one in sorted(given, key=lambda item: item["created"]):
        known = [components[name.lower()] for name in one.get("component", ()) if name.lower() in components]
        values = WorkItemValues(
            title=one["title"],
            description=one.get("description", ""),
            milestone=milestones.get(one.get("milestone", "")),
            component=known[0] if known else None,
            owner=people[one["owner"]],
            estimate=one["estimate"],
            due_on=_day(now, one["due"]) if "due" in one else None,
            depends_on=tuple(made[title] for title in one.get("after", ())),
        )
        at = now + timedelta(days=one["created"])
        made[one["title"]] = work_items.create_work_item(values=values, actor=people[PLANNER], now=at)
        _move(one, made[one["title"]], people, now)


def _move(given: dict[str, Any], item: WorkItem, people: dict[str, User], now: datetime) -> None:
    status, days = given.get("status", ""), -3
    if "done" in given:
        status, days = WorkItem.Status.DONE, given["done"]
    elif "blocked" in given:
        status, days = WorkItem.Status.BLOCKED, given["since"]
    if status:
        work_items.move_work_item(
            item_id=item.pk,
            status=status,
            reason=given.get("blocked", ""),
            actor=people[given["owner"]],
            now=now + timedelta(days=days),
        )


def _go_on(given: dict[str, Any], milestone: Milestone, people: dict[str, User], now: datetime) -> None:
    """What was spent, other days that were asked for, the delivery."""
    planner, sponsor = people[PLANNER], people[SPONSOR]
    milestone.refresh_from_db()
    names = MilestoneValues.__slots__
    values = MilestoneValues(**{name: getattr(milestone, name) for name in names})
    values = replace(values, spent=Decimal(given.get("spent", 0)))
    asked = given.get("moved_to", given.get("asked_for"))
    reason = given.get("moved_because", given.get("asked_because", ""))
    if asked is not None:
        values = replace(values, promised_on=_day(now, asked))
    at = now + timedelta(days=given["promised"] - 6 if "moved_to" in given else -1)
    change = actions.change_milestone(milestone_id=milestone.pk, values=values, reason=reason, actor=planner, now=at)
    if change is not None and "moved_to" in given:
        actions.decide_change(change_id=change.pk, is_approved=True, actor=sponsor, now=at + timedelta(hours=4))
    if "delivered" in given:
        day = _day(now, given["delivered"])
        at = now + timedelta(days=given["delivered"])
        actions.deliver_milestone(milestone_id=milestone.pk, delivered_on=day, actor=planner, now=at)
