"""What people find on their home pages: reviews, handoffs that wait, tasks, and what became of what they asked for."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collaboration.approvals import kinds
from collaboration.models import ApprovalRequest, Handoff, Task
from collaboration.selectors import reviews, work
from engagement.ui import durations
from engagement.ui.home import Item, Section
from engagement.village.models import User

_SHOWN = 6


def review_sections(user: User, now: datetime) -> Iterator[Section]:
    """Yield the review queue of somebody who decides."""
    waiting = ApprovalRequest.objects.waiting_for(user)
    rows = [row for row in reviews.queue(user).rows if row.request.requester_id != user.pk]
    late = sum(row.request.is_late(now) for row in rows)
    count = waiting.count()
    note = ngettext("%(count)d waits", "%(count)d wait", count) % {"count": count}
    if late:
        note += ", " + ngettext("%(count)d late", "%(count)d late", late) % {"count": late}
    yield Section(
        title=_("Review queue"),
        note=note if rows else "",
        empty=_("Nothing waits for a decision."),
        url=reverse("collaboration:reviews"),
        order=5,
        items=[
            Item(
                what=row.about.title,
                why=f"{row.request.requester}: {row.about.summary or row.request.comment}".rstrip(": "),
                url=reverse("collaboration:review", args=[row.request.pk]),
                icon=row.about.icon,
                channel=row.about.channel,
                due_at=row.request.due_at,
                at=row.request.created_at,
            )
            for row in rows[:_SHOWN]
        ],
    )


def asked_sections(user: User, now: datetime) -> Iterator[Section]:
    """Yield what became of what the person asked to have approved, each subject once, by its newest request.

    What has its own place on their home page is not repeated here.
    """
    elsewhere = kinds.at_home_for(user)
    asked = ApprovalRequest.objects.filter(requester=user).exclude(
        kind__in=[k for k, is_there in elsewhere.items() if is_there]
    )
    newest = asked.order_by("kind", "subject_id", "-key").distinct("kind", "subject_id").values("pk")
    found = reviews.rows_of(ApprovalRequest.objects.filter(pk__in=newest).order_by("-key")[:_SHOWN])
    if not found and any(elsewhere.values()):
        return
    yield Section(
        title=_("Asked for approval"),
        empty=_("You have not asked for an approval yet."),
        url=reverse("collaboration:reviews"),
        order=20,
        items=[
            Item(
                what=row.about.title,
                why=row.request.get_state_display(),
                url=reverse("collaboration:review", args=[row.request.pk]),
                icon=row.about.icon,
                channel=row.about.channel,
                due_at=row.request.due_at if row.request.is_open else None,
                at=row.request.closed_at or row.request.created_at,
                failed=row.request.state == ApprovalRequest.State.REFUSED,
            )
            for row in found
        ],
    )


def handoff_sections(user: User, now: datetime) -> Iterator[Section]:
    """Yield the handoffs that wait for the departments of somebody who answers customers."""
    if not user.has_perm("collaboration.change_handoff"):
        return
    rows = work.handoff_rows(Handoff.objects.waiting_for(user).order_by("offered_at", "key"))
    yield Section(
        title=_("Handed over to my departments"),
        note=str(len(rows)) if rows else "",
        empty=_("Nothing waits to be taken."),
        url=reverse("collaboration:work"),
        order=15,
        items=[
            Item(
                what=_("From %(department)s: %(what)s")
                % {
                    "department": row.handoff.from_department or row.handoff.offered_by,
                    "what": row.about.title if row.about else "",
                },
                why=f"{row.handoff.offered_by}: “{row.handoff.summary}”",
                url=reverse("collaboration:handoff", args=[row.handoff.pk]),
                icon="handshake",
                at=row.handoff.offered_at,
            )
            for row in rows[:_SHOWN]
        ],
    )


def task_sections(user: User, now: datetime) -> Iterator[Section]:
    """Yield the tasks of anybody who works here, the first one due first."""
    if not user.has_perm("collaboration.view_task"):
        return
    tasks = list(Task.objects.waiting_for(user).due_first()[:_SHOWN])
    yield Section(
        title=_("Tasks"),
        empty=_("You have no task."),
        url=reverse("collaboration:work"),
        order=40,
        place="side",
        items=[
            Item(
                what=task.title,
                url=reverse("collaboration:task", args=[task.pk]),
                icon="square-check-big",
                note=_due_words(task, now),
                failed=task.is_late(now),
            )
            for task in tasks
        ],
    )


def _due_words(task: Task, now: datetime) -> str:
    return durations.due_state(at=task.due_at, now=now).text if task.due_at else ""
