"""What adoption asks of our working together: handoffs, approvals, tasks. Set-based queries, in the background."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from collaboration.models import ApprovalDecision, Handoff, Notification, NotificationPreference, Task
from collaboration.notifications import kinds
from engagement.operations import adoption_sources as sources
from engagement.operations import notices
from engagement.operations.adoption_sources import ACCEPTED, KEPT, DepartmentMeasure, Done, Flow, Rate, Share, Step
from engagement.realtime.topics import poke
from engagement.village.models import User

_ACCEPTED = Q(state__in=[Handoff.State.ACCEPTED, Handoff.State.COMPLETED])
_BOUNCED = Q(state=Handoff.State.BOUNCED)
_BATCH = 500


def accepted_at_first(since: datetime, until: datetime) -> Share:
    """Of the handoffs answered in the period, those that were accepted and not returned before.

    A conversation that was returned and handed over again counts once for each answer; only an acceptance without an
    earlier return of the same conversation by the same department is one at first.
    """
    answered = Handoff.objects.filter(answered_at__gte=since, answered_at__lt=until).filter(_ACCEPTED | _BOUNCED)
    rows = answered.order_by().values_list("subject_type", "subject_id", "to_department", "state", "offered_at")
    returned = {
        (subject_type, subject, receiver): offered
        for subject_type, subject, receiver, offered in Handoff.objects.filter(_BOUNCED, answered_at__lt=until)
        .filter(answered_at__gte=since - timedelta(days=30))
        .order_by("-offered_at")
        .values_list("subject_type", "subject_id", "to_department", "offered_at")
    }
    found = list(rows)
    good = sum(
        state != Handoff.State.BOUNCED and returned.get((subject_type, subject, receiver), offered) >= offered
        for subject_type, subject, receiver, state, offered in found
    )
    return Share(good, len(found))


def tasks_in_time(since: datetime, until: datetime) -> Share:
    """Of the tasks that were due in the period, those that were done by then. Canceled ones promise nothing."""
    due = Task.objects.filter(due_at__gte=since, due_at__lt=until).exclude(state=Task.State.CANCELLED)
    counted = due.order_by().aggregate(
        all=Count("pk"), kept=Count("pk", filter=Q(state=Task.State.DONE, done_at__lte=F("due_at")))
    )
    return Share(counted["kept"], counted["all"])


def handoff_flows(since: datetime, until: datetime) -> list[Flow]:
    """Who handed over to whom in the period."""
    offered = Handoff.objects.filter(offered_at__gte=since, offered_at__lt=until, from_department__isnull=False)
    rows = (
        offered.exclude(from_department=F("to_department"))
        .order_by()
        .values("from_department", "to_department")
        .annotate(given=Count("pk"), accepted=Count("pk", filter=_ACCEPTED), returned=Count("pk", filter=_BOUNCED))
    )
    return [
        Flow(row["from_department"], row["to_department"], row["given"], row["accepted"], row["returned"])
        for row in rows
    ]


def handoffs_received(since: datetime, until: datetime) -> dict[UUID, Done]:
    """For each department the handoffs that it was given, and the share of answered ones that it returned."""
    offered = Handoff.objects.filter(offered_at__gte=since, offered_at__lt=until)
    rows = (
        offered.order_by()
        .values("to_department")
        .annotate(given=Count("pk"), accepted=Count("pk", filter=_ACCEPTED), returned=Count("pk", filter=_BOUNCED))
    )
    return {
        row["to_department"]: Done(row["given"], Share(row["returned"], row["accepted"] + row["returned"]).percent)
        for row in rows
    }


def _describe_handoffs(done: Done) -> str:
    count = _counted(ngettext("%(count)s handoff", "%(count)s handoffs", done.count), done)
    if done.detail is None:
        return count
    if done.detail > 50:
        words, percent = _("%(count)s, %(percent)d%% returned"), done.detail
    else:
        words, percent = _("%(count)s, %(percent)d%% accepted"), 100 - done.detail
    return words % {"count": count, "percent": round(percent)}


def approvals_decided(since: datetime, until: datetime) -> dict[UUID, Done]:
    """For each department the approvals that its people decided, and the median time in hours."""
    decided = ApprovalDecision.objects.filter(decided_at__gte=since, decided_at__lt=until).order_by()
    rows = decided.values_list("reviewer__departments", "request", "decided_at", "request__created_at")
    hours: dict[UUID, list[float]] = defaultdict(list)
    for department, _request, at, asked in rows:
        if department is not None:
            hours[department].append((at - asked).total_seconds() / 3600)
    return {department: Done(len(taken), median(taken)) for department, taken in hours.items()}


def _describe_approvals(done: Done) -> str:
    count = _counted(ngettext("%(count)s approval", "%(count)s approvals", done.count), done)
    return _("%(count)s, %(hours)s h median") % {"count": count, "hours": _hours(done.detail or 0)}


def _hours(hours: float) -> str:
    return number_format(round(hours) if hours >= 10 else round(hours, 1), decimal_pos=0 if hours >= 10 else 1)


def tasks_done(since: datetime, until: datetime) -> dict[UUID, Done]:
    """For each department the tasks that its people finished."""
    done = Task.objects.filter(
        state=Task.State.DONE, done_at__gte=since, done_at__lt=until, done_by__departments__isnull=False
    )
    rows = done.order_by().values("done_by__departments").annotate(count=Count("pk"))
    return {row["done_by__departments"]: Done(row["count"]) for row in rows}


def _describe_tasks(done: Done) -> str:
    return _counted(ngettext("%(count)s task done", "%(count)s tasks done", done.count), done)


def _counted(words: str, done: Done) -> str:
    return words % {"count": number_format(done.count, force_grouping=True)}


def departments_with_a_handoff(now: datetime) -> set[UUID]:
    """Which departments have given a handoff or taken one."""
    given = Handoff.objects.filter(from_department__isnull=False).order_by().values_list("from_department", flat=True)
    taken = Handoff.objects.filter(_ACCEPTED).order_by().values_list("to_department", flat=True)
    return set(given.distinct()) | set(taken.distinct())


def notify_many(
    *, people: Iterable[User], kind: str, title: Callable[[], str], url: str, dedupe_key: str, now: datetime
) -> None:
    """Tell many people the same, on the page only, each in their language. Two queries for each 500 of them.

    What they chose not to hear of is left out; e-mail is for what somebody has to do at once.
    """
    none = NotificationPreference.Delivery.NONE
    deaf = set(NotificationPreference.objects.filter(kind=kind, delivery=none).values_list("person_id", flat=True))
    titles: dict[str, str] = {}
    rows = []
    for person in people:
        if person.pk in deaf or not person.is_active:
            continue
        if person.language not in titles:
            with override(person.language):
                titles[person.language] = str(title())[:300]
        rows.append(
            Notification(
                person=person,
                kind=kind,
                title=titles[person.language],
                url=url,
                created_at=now,
                dedupe_key=dedupe_key,
                mail=Notification.Mail.NONE,
            )
        )
    Notification.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)
    poke(*(f"user:{row.person_id}" for row in rows))


def register() -> None:
    """Called once, when the app is ready."""
    sources.register_rates(
        Rate(ACCEPTED, "handoffs", accepted_at_first),
        Rate(KEPT, "tasks", tasks_in_time),
    )
    sources.register_flows("handoffs", handoff_flows)
    sources.register_measures(
        DepartmentMeasure("collaboration.handoffs", handoffs_received, _describe_handoffs, order=30),
        DepartmentMeasure("collaboration.approvals", approvals_decided, _describe_approvals, order=20),
        DepartmentMeasure("collaboration.tasks", tasks_done, _describe_tasks, order=60),
    )
    sources.register_steps(
        Step(
            "first-handoff",
            gettext_lazy("First handoff"),
            gettext_lazy("The department has given a handoff, or accepted one."),
            departments_with_a_handoff,
            order=50,
        )
    )
    notices.register_notifier(notify_many)
    page = NotificationPreference.Delivery.PAGE
    kinds.register(
        kinds.Kind(
            notices.ANNOUNCEMENT, gettext_lazy("Something is announced"), usual=page, icon="megaphone", order=60
        ),
        kinds.Kind(notices.TRAINING, gettext_lazy("I am given a training"), usual=page, icon="list-checks", order=61),
    )
