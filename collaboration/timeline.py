"""Notes, handoffs and tasks on a customer's timeline: who dealt with them, and how long each step took."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from django.db.models import Count, Model, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collaboration.models import Handoff, Note, Task
from engagement import compiled
from engagement.profiles.timeline import AMONG_US, Asked, Moment, Source, Tally, found
from engagement.profiles.wording import saying
from engagement.ui import durations
from engagement.village.models import User

M = TypeVar("M", bound=Model)
_TONES = {
    Handoff.State.OFFERED: "ochre",
    Handoff.State.ACCEPTED: "moss",
    Handoff.State.COMPLETED: "moss",
    Handoff.State.BOUNCED: "tile",
    Handoff.State.WITHDRAWN: "",
}


def _never(asked: Asked) -> bool:
    """What is among us has no channel and no purpose."""
    return bool(asked.channel or asked.purpose) or asked.direction not in ("", AMONG_US)


def _newest(rows: QuerySet[M], asked: Asked, at: str) -> QuerySet[M]:
    """The rows of the person behind the place, newest first."""
    rows = rows.filter(profile__in=asked.profiles)
    if asked.before is not None:
        older = Q(**{f"{at}__lt": asked.before.at}) | Q(**{at: asked.before.at, "key__lt": asked.before.key})
        rows = rows.filter(older)
    if asked.since is not None:
        rows = rows.filter(**{f"{at}__gte": asked.since})
    return rows.order_by(f"-{at}", "-key")[: asked.limit]


def handoffs(asked: Asked) -> Sequence[Moment]:
    """Return handoffs by when they were offered. Two queries."""
    if _never(asked):
        return []
    rows = found(_newest_handoffs, asked)
    reader = asked.reader
    rights = (reader.is_active, reader.is_superuser)
    visible = compiled.read(_visible, *rights, reader=reader.pk, profiles=list(asked.profiles))
    may_open = {row.pk for row in visible}
    return [_handoff(row, may_open=row.pk in may_open) for row in rows]


def _visible(is_active: bool, is_superuser: bool, *, reader: UUID, profiles: Sequence[UUID]) -> QuerySet[Handoff]:
    user = User(pk=reader, is_active=is_active, is_superuser=is_superuser)
    return Handoff.objects.visible_to(user).filter(profile__in=profiles).only("key")


def _newest_handoffs(asked: Asked) -> QuerySet[Handoff]:
    rows = _handoffs(asked).select_related("from_department", "to_department", "offered_by", "answered_by")
    if asked.department is not None:
        rows = rows.filter(Q(from_department=asked.department) | Q(to_department=asked.department))
    return _newest(rows, asked, "offered_at")


def _handoffs(asked: Asked) -> QuerySet[Handoff]:
    return Handoff.objects.filter(saying(asked.words, "summary", "bounce_reason", "offered_by__name"))


def count_handoffs(asked: Asked) -> Sequence[Tally]:
    """Return how many handoffs there are; each counts for both departments. One query."""
    return _counted(_handoffs(asked), asked, "from_department", "to_department")


def _counted(rows: QuerySet[M], asked: Asked, *departments: str) -> Sequence[Tally]:
    counted = rows.filter(profile__in=asked.profiles).order_by().values_list(*departments)
    return [
        Tally(number, AMONG_US, departments=frozenset(one for one in those if one))
        for *those, number in counted.annotate(number=Count("pk"))
    ]


def _handoff(row: Handoff, *, may_open: bool) -> Moment:
    origin = str(row.from_department or row.offered_by)
    facts = [(_("Offered by"), str(row.offered_by))]
    if row.answered_by and row.waited is not None:
        facts.append((_("Answered by"), f"{row.answered_by}, {durations.short(row.waited)}"))
    if row.worked is not None:
        facts.append((_("Completed after"), durations.short(row.worked)))
    return Moment(
        key=row.key,
        at=row.offered_at,
        source="handoffs",
        title=_("Handed over from %(origin)s to %(to)s") % {"origin": origin, "to": row.to_department},
        text=f"{row.summary}\n{row.bounce_reason}".strip(),
        direction=AMONG_US,
        url=reverse("collaboration:handoff", args=[row.key]) if may_open else "",
        icon="handshake",
        tone="note",
        department=str(row.to_department),
        person=str(row.offered_by),
        badges=[(handoff_words(row), _TONES[Handoff.State(row.state)])],
        facts=facts,
    )


def handoff_words(row: Handoff) -> str:
    """Return what became of a handoff with its measured time: "accepted in 41 min"."""
    if row.waited is None:
        return _("waits to be taken")
    time = {"time": durations.short(row.waited)}
    if row.state == Handoff.State.BOUNCED:
        return _("sent back in %(time)s") % time
    if row.state == Handoff.State.WITHDRAWN:
        return _("withdrawn after %(time)s") % time
    return _("accepted in %(time)s") % time


def tasks(asked: Asked) -> Sequence[Moment]:
    """Return tasks by when they were made. One query."""
    if _never(asked):
        return []
    return [_task(row) for row in found(_newest_tasks, asked)]


def _newest_tasks(asked: Asked) -> QuerySet[Task]:
    rows = _tasks(asked).select_related("assignee", "department", "created_by")
    if asked.department is not None:
        rows = rows.filter(department=asked.department)
    return _newest(rows, asked, "created_at")


def _tasks(asked: Asked) -> QuerySet[Task]:
    return Task.objects.filter(saying(asked.words, "title", "text", "assignee__name", "created_by__name"))


def count_tasks(asked: Asked) -> Sequence[Tally]:
    """Return how many tasks there are. One query."""
    return _counted(_tasks(asked), asked, "department")


def _task(row: Task) -> Moment:
    badge = {
        Task.State.OPEN: (_("escalated"), "tile") if row.escalated_at else (_("open"), "ochre"),
        Task.State.DONE: (_("done in %(time)s") % {"time": _took(row)}, "moss"),
        Task.State.CANCELLED: (_("cancelled"), ""),
    }[Task.State(row.state)]
    return Moment(
        key=row.key,
        at=row.created_at,
        source="tasks",
        title=_("Task: %(name)s") % {"name": row.title},
        text=row.text,
        direction=AMONG_US,
        url=reverse("collaboration:task", args=[row.key]),
        icon="square-check-big",
        tone="note",
        department=str(row.department or ""),
        person=str(row.assignee or row.department),
        badges=[badge],
        facts=[(_("Made by"), str(row.created_by))],
    )


def _took(row: Task) -> str:
    return durations.short(row.done_at - row.created_at) if row.done_at else ""


def notes(asked: Asked) -> Sequence[Moment]:
    """Return notes about the person that belong to no conversation. One query."""
    if _never(asked):
        return []
    return [_note(row) for row in found(_newest_notes, asked)]


def _newest_notes(asked: Asked) -> QuerySet[Note]:
    rows = _notes(asked).select_related("author", "department")
    if asked.department is not None:
        rows = rows.filter(department=asked.department)
    return _newest(rows, asked, "created_at")


def _notes(asked: Asked) -> QuerySet[Note]:
    return Note.objects.filter(saying(asked.words, "text", "author__name"))


def count_notes(asked: Asked) -> Sequence[Tally]:
    """Return how many notes there are. One query."""
    return _counted(_notes(asked), asked, "department")


def _note(row: Note) -> Moment:
    return Moment(
        key=row.key,
        at=row.created_at,
        source="notes",
        title=_("%(name)s left a note") % {"name": row.author},
        text=row.text,
        direction=AMONG_US,
        icon="lock",
        tone="note",
        department=str(row.department or ""),
        person=str(row.author),
    )


_SCOPE = "work:read"
_AMONG_US = frozenset({AMONG_US})
SOURCES = (
    Source("notes", gettext_lazy("Notes"), notes, _AMONG_US, count_notes, "collaboration.view_note", scope=_SCOPE),
    Source(
        "handoffs",
        gettext_lazy("Handoffs"),
        handoffs,
        _AMONG_US,
        count_handoffs,
        "collaboration.view_handoff",
        scope=_SCOPE,
    ),
    Source("tasks", gettext_lazy("Tasks"), tasks, _AMONG_US, count_tasks, "collaboration.view_task", scope=_SCOPE),
)
