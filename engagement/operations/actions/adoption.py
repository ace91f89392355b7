"""Count how the departments work here, and lead them: steps, champions, announcements, objections, wins, training."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import structlog
from django.db import DatabaseError, connections, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from engagement.operations import adoption_sources as sources
from engagement.operations.actions.count import TOPIC
from engagement.operations.metrics import read_metric
from engagement.operations.models import (
    AdoptionCount,
    Announcement,
    AnnouncementReceipt,
    Champion,
    Objection,
    OnboardingTick,
    Training,
    TrainingCompletion,
    Win,
)
from engagement.operations.models.audience import Audience
from engagement.operations.notices import ANNOUNCEMENT, TRAINING, notify_people
from engagement.realtime.topics import poke
from engagement.replica import read_report, report_alias
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import Department, Role, User

log = structlog.get_logger(__name__)
T = TypeVar("T")
LENGTHS = {AdoptionCount.Period.WEEK: timedelta(days=7), AdoptionCount.Period.MONTH: timedelta(days=30)}
_SOURCE_SECONDS = 20  # that one source may take of the database


class AdoptionRefused(ValueError):
    """What was asked cannot be; the message is a sentence for whoever asked."""


# Figures


def count_adoption(*, now: datetime) -> list[AdoptionCount]:
    """Ask every source about the last week and the last thirty days, and keep each as the day's figures.

    A source that fails or takes too long is left out, with a line in the log: the others count all the same.
    """
    day = timezone.localtime(now).date()
    steps = _steps_done(now)
    rows = [
        AdoptionCount(period=period, day=day, counted_at=now, figures={**_figures(now, length), "steps": steps})
        for period, length in LENGTHS.items()
    ]
    with transaction.atomic():
        AdoptionCount.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["period", "day"], update_fields=["counted_at", "figures"]
        )
        poke(TOPIC)
    return rows


def figures_now(*, period: str, now: datetime) -> dict[str, Any]:
    """Return what ``count_adoption`` would keep, for an installation that has not counted yet."""
    return {**_figures(now, LENGTHS[AdoptionCount.Period(period)]), "steps": _steps_done(now)}


def _figures(now: datetime, length: timedelta) -> dict[str, Any]:
    since, before = now - length, now - 2 * length
    staff = dict(_memberships())
    active, earlier = _active(since, now) & staff.keys(), _active(before, since) & staff.keys()
    by_department: dict[str, int] = {}
    for person in active:
        for department in staff[person]:
            by_department[department] = by_department.get(department, 0) + 1
    return {
        "active": len(active),
        "active_before": len(earlier),
        "active_of": by_department,
        "did": _did(since, now),
        "rates": {"now": _rates(since, now), "before": _rates(before, since)},
        "flows": [
            [str(flow.giver), str(flow.receiver), flow.given, flow.accepted, flow.returned]
            for flows in sources.flows()
            for flow in _ask(partial(flows, since, now), "flows") or []
        ],
    }


def _memberships() -> Iterable[tuple[UUID, list[str]]]:
    people: dict[UUID, list[str]] = {}
    rows = User.objects.filter(is_active=True).order_by("key").values_list("key", "departments")
    for person, department in rows:
        people.setdefault(person, [])
        if department is not None:
            people[person].append(str(department))
    return people.items()


def _active(since: datetime, until: datetime) -> set[UUID]:
    found: set[UUID] = set()
    for source in sources.activities():
        found |= _ask(partial(source, since, until), "activity") or set()
    return found


def _did(since: datetime, until: datetime) -> dict[str, list[list[Any]]]:
    """For each department what it did: [measure, count, detail], in the order of the measures."""
    found: dict[str, list[list[Any]]] = {}
    for measure in sources.measures():
        counted = _ask(partial(measure.count, since, until), measure.name) or {}
        for department, done in counted.items():
            if done.count:
                found.setdefault(str(department), []).append([measure.name, done.count, done.detail])
    return found


def _rates(since: datetime, until: datetime) -> dict[str, dict[str, list[int]]]:
    """For each share its parts: {"kept": {"answers": [47, 51]}}."""
    found: dict[str, dict[str, list[int]]] = {}
    for rate in sources.rates():
        share = _ask(partial(rate.measure, since, until), rate.part) or sources.Share()
        found.setdefault(rate.name, {})[rate.part] = [share.part, share.whole]
    return found


def _steps_done(now: datetime) -> dict[str, list[str]]:
    """For each measured step the departments that have taken it."""
    return {
        step.name: sorted(str(key) for key in _ask(partial(step.done, now), step.name) or set())
        for step in sources.steps()
        if step.done is not None
    }


def _ask(read: Callable[[], T], name: str) -> T | None:
    try:
        return read_report(lambda: _within_time(read), name=f"adoption.{name}")
    except DatabaseError as error:
        log.error("adoption_not_measured", source=name, error=str(error))
        return None


def _within_time(read: Callable[[], T]) -> T:
    alias = report_alias()
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = %s", [_SOURCE_SECONDS * 1000])
        found = read()
        cursor.execute("SET LOCAL statement_timeout = DEFAULT")  # this may be part of a longer transaction
        return found


# Onboarding


@transaction.atomic
def tick_step(
    *, department: Department, step: str, is_done: bool, actor: User, now: datetime, origin: Origin = NOWHERE
) -> None:
    """Mark a step of a department's onboarding as done, or take the mark away. Safe to repeat.

    Raises AdoptionRefused for a step that is measured: it is done when its figure says so.
    """
    known = {one.name: one for one in sources.steps()}.get(step)
    if known is None:
        raise AdoptionRefused(_("This step does not exist."))
    if known.done is not None:
        raise AdoptionRefused(_("This step is measured. It is done when the department has taken it."))
    if is_done:
        _row, changed = OnboardingTick.objects.get_or_create(
            department=department, step=step, defaults={"person": actor, "at": now}
        )
    else:
        changed = bool(OnboardingTick.objects.filter(department=department, step=step).delete()[0])
    if changed:
        action = "adoption.step_done" if is_done else "adoption.step_undone"
        record(actor=actor, action=action, subject=department, now=now, detail={"step": step}, origin=origin)


@transaction.atomic
def add_champion(
    *, department: Department, person: User, actor: User, now: datetime, origin: Origin = NOWHERE
) -> Champion:
    """Name a champion of a department; naming somebody again changes nothing.

    Raises AdoptionRefused for somebody who does not work in the department.
    """
    if not person.is_active or not person.departments.filter(pk=department.pk).exists():
        raise AdoptionRefused(_("%(name)s does not work in this department.") % {"name": person.name})
    champion, is_new = Champion.objects.get_or_create(department=department, person=person, defaults={"since": now})
    if is_new:
        detail = {"person": person.name}
        record(actor=actor, action="adoption.champion_named", subject=department, now=now, detail=detail, origin=origin)
    return champion


@transaction.atomic
def remove_champion(
    *, department: Department, person: User, actor: User, now: datetime, origin: Origin = NOWHERE
) -> None:
    """Somebody is champion of a department no longer. Safe to repeat."""
    if Champion.objects.filter(department=department, person=person).delete()[0]:
        detail = {"person": person.name}
        record(
            actor=actor, action="adoption.champion_removed", subject=department, now=now, detail=detail, origin=origin
        )


# Announcements


def readers_of(text: Audience) -> list[User]:
    """Return the active people whom a text is for. Three queries."""
    people = User.objects.filter(is_active=True)
    departments, roles = list(text.departments.all()), list(text.roles.all())
    if departments or roles:
        in_departments = people.filter(departments__in=departments).order_by().values("pk")
        with_roles = people.filter(groups__role__in=roles).order_by().values("pk")
        people = people.filter(pk__in=in_departments.union(with_roles))
    return list(people.order_by("key"))


@transaction.atomic
def publish_announcement(
    *,
    values: dict[str, Any],
    departments: Iterable[Department],
    roles: Iterable[Role],
    actor: User,
    now: datetime,
    origin: Origin = NOWHERE,
) -> Announcement:
    """Show an announcement to its readers from now on, and notify each of them once.

    Raises AdoptionRefused for one without a title, or that ends before it begins.
    """
    if not (values.get("title") or values.get("title_pt")):
        raise AdoptionRefused(_("Enter a title in at least one language."))
    if values.get("ends_at") is not None and values["ends_at"] <= now:
        raise AdoptionRefused(_("Choose an end in the future."))
    announcement = Announcement.objects.create(author=actor, published_at=now, **values)
    announcement.departments.set(departments)
    announcement.roles.set(roles)
    record(actor=actor, action="announcement.published", subject=announcement, now=now, origin=origin)
    notify_people(
        people=[person for person in readers_of(announcement) if person != actor],
        kind=ANNOUNCEMENT,
        title=lambda: str(announcement),
        url=reverse("operations:announcement", args=[announcement.pk]),
        dedupe_key=f"{ANNOUNCEMENT}:{announcement.pk}",
        now=now,
    )
    return announcement


@transaction.atomic
def change_announcement(
    *, announcement: Announcement, values: dict[str, Any], actor: User, now: datetime, origin: Origin = NOWHERE
) -> Announcement:
    """Correct the words or the end of an announcement; its audience and receipts stay. Raises AdoptionRefused."""
    if not (values.get("title") or values.get("title_pt")):
        raise AdoptionRefused(_("Enter a title in at least one language."))
    locked = Announcement.objects.select_for_update(of=("self",)).get(pk=announcement.pk)
    if values.get("ends_at") is not None and values["ends_at"] <= locked.published_at:
        raise AdoptionRefused(_("Choose an end in the future."))
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(values))
    record(actor=actor, action="announcement.changed", subject=locked, now=now, origin=origin)
    return locked


@transaction.atomic
def withdraw_announcement(
    *, announcement: Announcement, actor: User, now: datetime, origin: Origin = NOWHERE
) -> Announcement:
    """Show an announcement no longer. Safe to repeat."""
    locked = Announcement.objects.select_for_update(of=("self",)).get(pk=announcement.pk)
    if locked.withdrawn_at is None:
        locked.withdrawn_at = now
        locked.save(update_fields=["withdrawn_at"])
        record(actor=actor, action="announcement.withdrawn", subject=locked, now=now, origin=origin)
    return locked


def mark_announcement_read(*, announcement: Announcement, person: User, now: datetime) -> None:
    """Keep that the person has read it; once, also when they press twice at the same moment."""
    AnnouncementReceipt.objects.bulk_create(
        [AnnouncementReceipt(announcement=announcement, person=person, read_at=now)], ignore_conflicts=True
    )


# Objections


@transaction.atomic
def raise_objection(
    *,
    department: Department,
    text: str,
    evidence: str = "",
    metric: str = "",
    actor: User,
    now: datetime,
    origin: Origin = NOWHERE,
) -> Objection:
    """Write down what a department says, with a registered figure as it is now."""
    reading = read_metric(metric) if metric else None
    objection = Objection.objects.create(
        department=department,
        text=text,
        evidence=evidence,
        metric=metric,
        figure=reading.figure if reading else None,
        figure_at=reading.at if reading else None,
        author=actor,
        raised_at=now,
    )
    detail = {"department": department.slug}
    record(actor=actor, action="objection.raised", subject=objection, now=now, detail=detail, origin=origin)
    return objection


@transaction.atomic
def answer_objection(
    *, objection: Objection, answer: str, actor: User, now: datetime, origin: Origin = NOWHERE
) -> Objection:
    """Answer an objection, or answer it better. Raises AdoptionRefused for one that is resolved, or without words."""
    locked = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if not answer.strip():
        raise AdoptionRefused(_("Enter an answer."))
    if locked.state == Objection.State.RESOLVED:
        raise AdoptionRefused(_("This objection is resolved. Reopen it to answer again."))
    locked.answer, locked.answered_by, locked.answered_at = answer.strip(), actor, now
    locked.state = Objection.State.ANSWERED
    locked.save(update_fields=["answer", "answered_by", "answered_at", "state"])
    record(actor=actor, action="objection.answered", subject=locked, now=now, origin=origin)
    return locked


@transaction.atomic
def resolve_objection(*, objection: Objection, actor: User, now: datetime, origin: Origin = NOWHERE) -> Objection:
    """The department objects no longer. Safe to repeat. Raises AdoptionRefused for one without an answer."""
    locked = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if locked.state == Objection.State.OPEN:
        raise AdoptionRefused(_("Answer the objection first."))
    if locked.state == Objection.State.ANSWERED:
        locked.state, locked.resolved_by, locked.resolved_at = Objection.State.RESOLVED, actor, now
        locked.save(update_fields=["state", "resolved_by", "resolved_at"])
        record(actor=actor, action="objection.resolved", subject=locked, now=now, origin=origin)
    return locked


@transaction.atomic
def reopen_objection(*, objection: Objection, actor: User, now: datetime, origin: Origin = NOWHERE) -> Objection:
    """The department objects again; the answer stays to be bettered. Safe to repeat."""
    locked = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if locked.state != Objection.State.OPEN:
        locked.state, locked.resolved_by, locked.resolved_at = Objection.State.OPEN, None, None
        locked.save(update_fields=["state", "resolved_by", "resolved_at"])
        record(actor=actor, action="objection.reopened", subject=locked, now=now, origin=origin)
    return locked


# Wins


@transaction.atomic
def record_win(
    *, values: dict[str, Any], department: Department | None, actor: User, now: datetime, origin: Origin = NOWHERE
) -> Win:
    """Write down what was achieved, with a registered figure as it is now. Raises AdoptionRefused without a title."""
    if not (values.get("title") or values.get("title_pt")):
        raise AdoptionRefused(_("Enter a title in at least one language."))
    reading = read_metric(values["metric"]) if values.get("metric") else None
    win = Win.objects.create(
        department=department,
        figure=reading.figure if reading else None,
        figure_at=reading.at if reading else None,
        author=actor,
        written_at=now,
        **values,
    )
    record(actor=actor, action="win.written", subject=win, now=now, origin=origin)
    return win


@transaction.atomic
def share_win(*, win: Win, actor: User, now: datetime, origin: Origin = NOWHERE) -> Announcement:
    """Announce a win to everybody for a month. Sharing it again returns the first announcement."""
    locked = Win.objects.select_for_update(of=("self",)).get(pk=win.pk)
    if locked.announcement is not None:
        return locked.announcement
    announcement = publish_announcement(
        values={
            "title": locked.title,
            "title_pt": locked.title_pt,
            "text": locked.story,
            "text_pt": locked.story_pt,
            "ends_at": now + timedelta(days=30),
        },
        departments=[],
        roles=[],
        actor=actor,
        now=now,
        origin=origin,
    )
    locked.announcement = announcement
    locked.save(update_fields=["announcement"])
    record(actor=actor, action="win.shared", subject=locked, now=now, origin=origin)
    return announcement


# Training


@transaction.atomic
def create_training(
    *,
    values: dict[str, Any],
    departments: Iterable[Department],
    roles: Iterable[Role],
    actor: User,
    now: datetime,
    origin: Origin = NOWHERE,
) -> Training:
    """Give a training to its people, and notify each of them once. Raises AdoptionRefused without a title."""
    if not (values.get("title") or values.get("title_pt")):
        raise AdoptionRefused(_("Enter a title in at least one language."))
    training = Training.objects.create(author=actor, created_at=now, **values)
    training.departments.set(departments)
    training.roles.set(roles)
    record(actor=actor, action="training.created", subject=training, now=now, origin=origin)
    notify_people(
        people=[person for person in readers_of(training) if person != actor],
        kind=TRAINING,
        title=lambda: _("Training: %(title)s") % {"title": training},
        url=reverse("operations:training", args=[training.pk]),
        dedupe_key=f"{TRAINING}:{training.pk}",
        now=now,
    )
    return training


@transaction.atomic
def change_training(
    *,
    training: Training,
    values: dict[str, Any],
    departments: Iterable[Department],
    roles: Iterable[Role],
    actor: User,
    now: datetime,
    origin: Origin = NOWHERE,
) -> Training:
    """Change a training's words and people; what was done stays done. Raises AdoptionRefused without a title."""
    if not (values.get("title") or values.get("title_pt")):
        raise AdoptionRefused(_("Enter a title in at least one language."))
    locked = Training.objects.select_for_update(of=("self",)).get(pk=training.pk)
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(values))
    locked.departments.set(departments)
    locked.roles.set(roles)
    record(actor=actor, action="training.changed", subject=locked, now=now, origin=origin)
    return locked


@transaction.atomic
def archive_training(
    *, training: Training, is_archived: bool, actor: User, now: datetime, origin: Origin = NOWHERE
) -> Training:
    """Ask for a training no longer, or again. Safe to repeat."""
    locked = Training.objects.select_for_update(of=("self",)).get(pk=training.pk)
    if (locked.archived_at is not None) != is_archived:
        locked.archived_at = now if is_archived else None
        locked.save(update_fields=["archived_at"])
        action = "training.archived" if is_archived else "training.restored"
        record(actor=actor, action=action, subject=locked, now=now, origin=origin)
    return locked


def complete_training(*, training: Training, person: User, now: datetime) -> None:
    """Keep that the person has done it; once, also when they press twice at the same moment."""
    TrainingCompletion.objects.bulk_create(
        [TrainingCompletion(training=training, person=person, done_at=now)], ignore_conflicts=True
    )


def undo_training(*, training: Training, person: User) -> None:
    """The person has not done it after all."""
    TrainingCompletion.objects.filter(training=training, person=person).delete()
