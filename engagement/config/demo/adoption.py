"""How Pedralva's departments come to work here: steps, champions, announcements, training, objections, a win."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from collaboration.models import Notification
from engagement.operations.actions.adoption import (
    add_champion,
    answer_objection,
    complete_training,
    count_adoption,
    create_training,
    mark_announcement_read,
    publish_announcement,
    raise_objection,
    record_win,
    resolve_objection,
    tick_step,
)
from engagement.operations.actions.method import (
    close_workshop,
    join_workshop,
    open_workshop,
    plan_use_case,
    score,
    write_notes,
)
from engagement.operations.checklist import AREAS, ASPECTS
from engagement.operations.models import WorkshopParticipant
from engagement.operations.use_cases import catalog
from engagement.village.models import Department, Role, User

_STORY = Path(__file__).with_suffix(".toml")
_WORDS = ("title", "title_pt", "text", "text_pt")


def load(*, now: datetime) -> None:
    """Play three months of adoption. Call it after the first count of the checklist: figures are frozen from it."""
    story = tomllib.loads(_STORY.read_text())
    people = {user.email.partition("@")[0]: user for user in User.objects.all()}
    lead = people["nuno.abrantes"]
    for given in story["steps"]:
        for step in given["steps"]:
            at = now - timedelta(days=given["days"])
            tick_step(department=_department(given["department"]), step=step, is_done=True, actor=lead, now=at)
    for given in story["champions"]:
        at = now - timedelta(days=given["days"])
        add_champion(department=_department(given["department"]), person=people[given["person"]], actor=lead, now=at)
    for given in story["trainings"]:
        _train(given, people, lead, now)
    for given in story["announcements"]:
        _announce(given, people, lead, now)
    for given in story["objections"]:
        _object(given, lead, now)
    for given in story["wins"]:
        values = {name: given[name] for name in ("title", "title_pt", "story", "story_pt", "metric")}
        at = now - timedelta(days=given["days"])
        record_win(values=values, department=_department(given["department"]), actor=lead, now=at)
    count_adoption(now=now)
    _plan(story, people, now)
    _meet(story["workshop"], people, now)


def _department(slug: str) -> Department:
    return Department.objects.get(slug=slug)


def _audience(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "departments": list(Department.objects.filter(slug__in=given.get("departments", []))),
        "roles": list(Role.objects.filter(slug__in=given.get("roles", []))),
    }


def _train(given: dict[str, Any], people: dict[str, User], lead: User, now: datetime) -> None:
    at = now - timedelta(days=given["days"])
    values = {name: given[name] for name in _WORDS}
    training = create_training(values=values, actor=lead, now=at, **_audience(given))
    for number, name in enumerate(given["done"], start=1):
        complete_training(training=training, person=people[name], now=at + timedelta(days=number))
    Notification.objects.filter(kind="training").update(seen_at=at + timedelta(days=1))


def _announce(given: dict[str, Any], people: dict[str, User], lead: User, now: datetime) -> None:
    at = now - timedelta(days=given["days"])
    values = {name: given[name] for name in _WORDS} | {"ends_at": now + timedelta(days=given["ends"])}
    announcement = publish_announcement(values=values, actor=lead, now=at, **_audience(given))
    for number, name in enumerate(given["readers"], start=1):
        mark_announcement_read(announcement=announcement, person=people[name], now=at + timedelta(hours=5 * number))
    Notification.objects.filter(kind="announcement", created_at__lt=now - timedelta(days=1)).update(
        seen_at=at + timedelta(hours=2)
    )


def _object(given: dict[str, Any], lead: User, now: datetime) -> None:
    at = now - timedelta(days=given["days"])
    objection = raise_objection(
        department=_department(given["department"]),
        text=given["text"],
        evidence=given["evidence"],
        metric=given.get("metric", ""),
        actor=lead,
        now=at,
    )
    if "answer" in given:
        answer_objection(objection=objection, answer=given["answer"], actor=lead, now=at + timedelta(days=2))
    if given.get("resolved"):
        resolve_objection(objection=objection, actor=lead, now=at + timedelta(days=9))


def _plan(story: dict[str, Any], people: dict[str, User], now: datetime) -> None:
    """What is adopted by hand, and what is meant to be by when."""
    for given in story["use_cases"]:
        use_case = catalog().use_case(given["code"])
        if use_case is None:
            raise LookupError(given["code"])
        target = (now + timedelta(days=given["target"])).date() if "target" in given else None
        plan_use_case(
            use_case=use_case,
            is_adopted=given.get("adopted", False),
            target_date=target,
            actor=people["bruna.koch"],
            now=now - timedelta(days=15),
        )


def _meet(given: dict[str, Any], people: dict[str, User], now: datetime) -> None:
    """A workshop in which people placed themselves apart from one another."""
    at, lead = now - timedelta(days=given["days"]), people["nuno.abrantes"]
    workshop = open_workshop(title=given["title"], agenda="half-day", actor=lead, now=at)
    aspects: list[tuple[str, str]] = [(area, aspect) for area in AREAS for aspect in ASPECTS]
    for name, levels in given["scores"].items():
        join_workshop(workshop=workshop, name=name, now=at + timedelta(minutes=20))
        participant = WorkshopParticipant.objects.select_related("workshop").get(workshop=workshop, name=name)
        given_levels = dict(zip(aspects, levels, strict=True))
        score(participant=participant, levels=given_levels, now=at + timedelta(minutes=30))
    write_notes(workshop=workshop, notes=given["notes"], actions=given["actions"], actor=lead, now=at)
    close_workshop(workshop=workshop, actor=lead, now=at + timedelta(hours=4))
