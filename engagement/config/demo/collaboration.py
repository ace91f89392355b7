"""What Pedralva's people hand over to one another, have to do, and were told of. In the order of time."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from collaboration import handoffs, tasks
from collaboration.models import Notification
from conversations.actions.hand_over import hand_over
from conversations.actions.read import SUBJECT
from conversations.models import Conversation, Queue
from engagement.events.relay import run_pending
from engagement.village.models import Department, User

_STORY = Path(__file__).with_suffix(".toml")
_READ_AFTER = timedelta(hours=1)


def load(*, now: datetime) -> None:
    """Play the handoffs and tasks; news that is older than an hour has been read."""
    story = tomllib.loads(_STORY.read_text())
    steps = [(given["ago"], _hand_over, given) for given in story["handoffs"]]
    steps += [(given["ago"], _make_task, given) for given in story["tasks"]]
    for ago, step, given in sorted(steps, key=lambda step: -step[0]):
        step(given, now - timedelta(minutes=ago), now)
        run_pending(now=now)
    tasks.escalate(now=now)
    run_pending(now=now)
    Notification.objects.filter(created_at__lt=now - _READ_AFTER).update(seen_at=now - _READ_AFTER)


def _hand_over(given: dict[str, Any], at: datetime, now: datetime) -> None:
    talk = _conversation(given)
    offered = hand_over(
        conversation=talk,
        queue=Queue.objects.get(slug=given["queue"]),
        summary=given["summary"],
        actor=_person(given["by"]),
        now=at,
    )
    if "then" not in given:
        return
    answer: dict[str, Any] = {
        "handoff_id": offered.pk,
        "actor": _person(given["answerer"]),
        "now": now - timedelta(minutes=given["answered"]),
    }
    if given["then"] == "bounced":
        handoffs.bounce(reason=given["reason"], **answer)
    else:
        handoffs.accept(**answer)


def _make_task(given: dict[str, Any], at: datetime, now: datetime) -> None:
    talk, author = _conversation(given), _person(given["by"])
    task = tasks.make(
        title=given["title"],
        text=given.get("text", ""),
        created_by=author,
        assignee=_person(given["assignee"]) if "assignee" in given else None,
        department=Department.objects.get(slug=given["department"]) if "department" in given else None,
        due_at=now - timedelta(minutes=given["due"]),
        subject_type=SUBJECT,
        subject_id=talk.pk,
        profile_id=talk.profile_id,
        now=at,
    )
    if "done" in given:
        tasks.complete(task_id=task.pk, actor=author, now=now - timedelta(minutes=given["done"]))


def _conversation(given: dict[str, Any]) -> Conversation:
    found = Conversation.objects.filter(endpoint__address=given["customer"]).select_related("profile", "channel")
    return found.select_related("endpoint", "queue__department").order_by("-key")[0]


def _person(email: str) -> User:
    return User.objects.get(email=email)
