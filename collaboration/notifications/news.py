"""What is said about each thing that happens among colleagues, and to whom. Each function may run twice.

The words are made for each person in their own language, so everything that is said is a marked message with values.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_noop

from collaboration.handoffs import kinds as handoff_kinds
from collaboration.models import Handoff, Mention, Note, Task
from collaboration.notifications.notifying import Words, notify
from collaboration.selectors.people import people_of, who_may
from engagement.ui import durations
from engagement.village import responsibilities
from engagement.village.models import User


def of_mentions(*, note_id: UUID, now: datetime) -> None:
    """To everybody whom a note names."""
    for mention in Mention.objects.filter(note_id=note_id).select_related("person", "author").order_by("key"):
        notify(
            person=mention.person,
            kind="mention",
            title=(gettext_noop("%(name)s mentioned you in a note"), {"name": mention.author.name}),
            text=f"“{mention.excerpt}”",
            url=_url_of(mention.subject_type, mention.subject_id),
            dedupe_key=f"mention:{mention.pk}",
            now=now,
        )


def of_person_note(*, note_id: UUID, people: Iterable[UUID], now: datetime) -> None:
    """To everybody whom a note about a customer names."""
    note = Note.objects.select_related("author").get(pk=note_id)
    for person in User.objects.filter(pk__in=list(people)).order_by("key"):
        notify(
            person=person,
            kind="mention",
            title=(gettext_noop("%(name)s mentioned you in a note"), {"name": note.author.name}),
            text=f"“{note.text[:300]}”",
            url=reverse("profiles:profile", args=[note.profile_id]),
            dedupe_key=f"note:{note.pk}",
            now=now,
        )


def of_task(*, task_id: UUID, change: str, actor_id: UUID | None, now: datetime) -> None:
    """To who does it (made, reassigned, reopened, overdue), to who is in charge (escalated), to its author (done)."""
    related = ("assignee", "created_by", "department", "escalated_to")
    task = Task.objects.select_related(*related).get(pk=task_id)
    url, stamp = reverse("collaboration:task", args=[task.pk]), now.isoformat()
    if change in ("made", "reassigned", "reopened"):
        title: Words = (gettext_noop("You have a task: %(title)s"), {"title": task.title})
        _tell_all(_doing(task), actor_id, "task.assigned", title, task.text, url, f"task:{task.pk}:{stamp}", now)
    elif change == "reminded" and task.due_at:
        title = (gettext_noop("Overdue: %(title)s"), {"title": task.title})
        key = f"task:{task.pk}:reminded:{task.due_at.isoformat()}"
        _tell_all(_doing(task), None, "task.overdue", title, task.text, url, key, now)
    elif change == "escalated" and task.due_at and task.escalated_to:
        title, late = _not_done(task), _late_by(task, now)
        key = f"task:{task.pk}:escalated:{task.due_at.isoformat()}"
        _tell_all([task.escalated_to], None, "task.overdue", title, late, url, key, now)
    elif change == "done":
        title = (gettext_noop("Done: %(title)s"), {"title": task.title})
        _tell_all([task.created_by], actor_id, "task.done", title, "", url, f"task:{task.pk}:{stamp}", now)


def _not_done(task: Task) -> Words:
    who = str(task.assignee) if task.assignee else ""
    if who:
        return (gettext_noop("%(name)s has not done “%(title)s”"), {"name": who, "title": task.title})
    return (gettext_noop("Nobody has done “%(title)s”"), {"title": task.title})


def _late_by(task: Task, now: datetime) -> Words:
    length = durations.short(now - task.due_at) if task.due_at else ""
    return lazy(lambda: str(durations.LATE).format(time=length), str)()


def _doing(task: Task) -> Iterable[User]:
    return [task.assignee] if task.assignee else people_of([task.department])


def of_handoff(*, handoff_id: UUID, change: str, now: datetime) -> None:
    """To the department that gets the work (offered), to who offered it (accepted, bounced)."""
    related = ("offered_by", "answered_by", "from_department", "to_department")
    handoff = Handoff.objects.select_related(*related).get(pk=handoff_id)
    url = reverse("collaboration:handoff", args=[handoff.pk])
    key = f"handoff:{handoff.pk}:{change}"
    by = {"name": str(handoff.offered_by if change == "offered" else handoff.answered_by)}
    about = {"what": lazy(_title_of, str)(handoff.subject_type, handoff.subject_id)}
    if change == "offered":
        able = who_may("collaboration.change_handoff").values("pk")
        people = people_of([handoff.to_department]).filter(pk__in=able)
        title: Words = (gettext_noop("%(name)s hands over: %(what)s"), {**by, **about})
        _tell_all(people, handoff.offered_by_id, "handoff.offered", title, handoff.summary, url, key, now)
    elif change == "accepted":
        title = (gettext_noop("%(name)s took what you handed over: %(what)s"), {**by, **about})
        text: Words = (gettext_noop("After %(time)s."), {"time": durations.short(handoff.waits(now))})
        _tell_all([handoff.offered_by], handoff.answered_by_id, "handoff.accepted", title, text, url, key, now)
    elif change == "bounced":
        title = (gettext_noop("%(name)s sent back: %(what)s"), {**by, **about})
        reason = handoff.bounce_reason
        _tell_all([handoff.offered_by], handoff.answered_by_id, "handoff.bounced", title, reason, url, key, now)


def of_work(
    *,
    person_id: UUID,
    actor_id: UUID,
    counts: Mapping[str, int],
    receivers: Mapping[str, Sequence[str]],
    now: datetime,
) -> None:
    """To each colleague who took over the work of somebody: what, and how much of it."""
    left = User.objects.get(pk=person_id)
    for person in User.objects.filter(pk__in=list(receivers)).exclude(pk=actor_id).order_by("key"):
        kinds = {name: counts[name] for name in receivers[str(person.pk)]}
        notify(
            person=person,
            kind="work.received",
            title=(gettext_noop("You take over the work of %(name)s"), {"name": str(left)}),
            text=lazy(_work_words, str)(kinds),
            url=reverse("collaboration:work"),
            dedupe_key=f"work:{person_id}:{now.isoformat()}",
            now=now,
        )


def _work_words(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{responsibilities.label_of(name)}: {number}" for name, number in kinds.items())


def _title_of(subject_type: str, subject_id: UUID) -> str:
    found = handoff_kinds.describe([(subject_type, subject_id)]).get(subject_id)
    return found.title if found else ""


def _url_of(subject_type: str, subject_id: UUID) -> str:
    found = handoff_kinds.describe([(subject_type, subject_id)]).get(subject_id)
    return found.url if found else ""


def _tell_all(
    people: Iterable[User], but: UUID | None, kind: str, title: Words, text: Words, url: str, key: str, now: datetime
) -> None:
    for person in people:
        if person.pk != but:
            notify(person=person, kind=kind, title=title, text=text, url=url, dedupe_key=key, now=now)
