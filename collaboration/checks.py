"""What the operating model asks of our working together. Each is one or two set-based queries over our own tables."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.db import connection
from django.db.models import CharField, Count, Exists, F, OuterRef, Q
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy, gettext_noop

from collaboration.models import ApprovalRequest, Handoff, Task
from engagement.api.models import ApiToken
from engagement.channels.models import Channel, RawEvent
from engagement.operations.checklist import Evidence, Item, Measured, register
from engagement.operations.phrases import Kept, in_both, lasting, phrase
from engagement.partitions import first_key
from engagement.sorting import by_localized_name, by_name
from engagement.village.models import AuditEntry, Department, Role, User

MONTH = timedelta(days=30)
FRESHNESS = timedelta(minutes=15)
GRACE = timedelta(minutes=15)  # the regular task that escalates runs every minute
_SHOWN = 50

_ACCEPTANCE = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answered_at - offered_at) / 60), count(*)
FROM collaboration_handoff
WHERE offered_at >= %s AND state IN ('accepted', 'completed', 'bounced')
"""
_CUSTOMERS = """
WITH touched AS (
    SELECT profile_id, from_department_id AS department FROM collaboration_handoff
    WHERE state IN ('accepted', 'completed') AND offered_at >= %s AND profile_id IS NOT NULL
    UNION
    SELECT profile_id, to_department_id FROM collaboration_handoff
    WHERE state IN ('accepted', 'completed') AND offered_at >= %s AND profile_id IS NOT NULL
), many AS (
    SELECT profile_id FROM touched WHERE department IS NOT NULL GROUP BY profile_id HAVING count(*) >= 3
)
SELECT many.profile_id, profile.name, EXISTS (
    SELECT 1 FROM collaboration_coordination c WHERE c.profile_id = many.profile_id AND c.until IS NULL
) FROM many JOIN profiles_profile profile ON profile.key = many.profile_id ORDER BY many.profile_id
"""
_LOADS = """
SELECT person.name, count(*) FROM collaboration_task task JOIN village_user person ON person.key = task.assignee_id
WHERE task.state = 'open' AND person.is_active
GROUP BY person.key, person.name ORDER BY count(*) DESC, engagement_sort_key(person.name)
"""


def _share(good: int, rows: int) -> float | None:
    return 100.0 * good / rows if rows else None


def departments_have_people(now: datetime) -> Measured:
    """The share of departments in which somebody works. Departments that nobody needs are waived there."""
    counted = Department.objects.annotate(here=Count("people", filter=Q(people__is_active=True)))
    empty = [department for department in counted.order_by(*by_localized_name()) if not department.here]
    rows = counted.count()
    anybody = rows > len(empty)
    url = reverse("village:people")
    why = phrase(gettext_noop("nobody works here"))
    evidence = tuple(Evidence(in_both(each.name, each.name_pt), why, url) for each in empty)
    return Measured(_share(rows - len(empty), rows) if anybody else None, rows, evidence)


def roles_have_a_deputy(now: datetime) -> Measured:
    """The share of roles that two people hold, so that one of them may be away."""
    held = Role.objects.annotate(here=Count("group__user", filter=Q(group__user__is_active=True)))
    thin = [role for role in held.order_by("position", "slug") if role.here < 2]
    rows = held.count()
    anybody = any(role.here for role in held)
    url = reverse("village:people")
    reasons = {0: phrase(gettext_noop("nobody has it")), 1: phrase(gettext_noop("one person, no deputy"))}
    evidence = tuple(Evidence(in_both(role.name, role.name_pt), reasons[role.here], url) for role in thin)
    return Measured(_share(rows - len(thin), rows) if anybody else None, rows, evidence)


def roles_are_filled(now: datetime) -> Measured:
    """The share of roles that somebody holds."""
    held = Role.objects.annotate(here=Count("group__user", filter=Q(group__user__is_active=True)))
    free = [role for role in held.order_by("position", "slug") if not role.here]
    rows = held.count()
    url = reverse("village:people")
    why = phrase(gettext_noop("nobody has it"))
    evidence = tuple(Evidence(in_both(role.name, role.name_pt), why, url) for role in free)
    return Measured(_share(rows - len(free), rows) if rows > len(free) else None, rows, evidence)


def tasks_are_whole(now: datetime) -> Measured:
    """The share of open tasks that have a person and an end."""
    tasks = Task.objects.open()
    loose = tasks.filter(Q(assignee=None) | Q(due_at=None)).order_by("created_at", "key")
    rows = tasks.count()
    nobody, endless = phrase(gettext_noop("nobody took it")), phrase(gettext_noop("no end"))
    evidence = tuple(
        Evidence(task.title, nobody if task.assignee_id is None else endless, _task_url(task))
        for task in loose[:_SHOWN]
    )
    return Measured(_share(rows - loose.count(), rows), rows, evidence)


def handoffs_are_answered(now: datetime) -> Measured:
    """The median time until a handoff is taken or sent back, in minutes, of thirty days."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCEPTANCE, [now - MONTH])
        figure, rows = cursor.fetchone()
    waiting = Handoff.objects.offered().filter(offered_at__lt=now - timedelta(hours=1)).select_related("to_department")
    words = gettext_noop("waiting for %(time)s")
    evidence = [
        Evidence(_department(one), phrase(words, time=lasting(one.waits(now))), _handoff_url(one))
        for one in waiting.order_by("offered_at", "key")[:_SHOWN]
    ]
    if figure is not None:
        evidence += _slow_handoffs(now, timedelta(minutes=float(figure)))
    return Measured(None if figure is None else float(figure), int(rows), tuple(evidence[:_SHOWN]))


def _slow_handoffs(now: datetime, median: timedelta) -> list[Evidence]:
    """Those that were answered as slowly as the median, or more slowly, the slowest first."""
    answered = Handoff.objects.filter(offered_at__gte=now - MONTH, state__in=["accepted", "completed", "bounced"])
    slow = answered.filter(answered_at__gte=F("offered_at") + median - timedelta(seconds=1))
    slow = slow.annotate(took=F("answered_at") - F("offered_at"))
    words = gettext_noop("answered after %(time)s")
    return [
        Evidence(_department(one), phrase(words, time=lasting(one.took)), _handoff_url(one))
        for one in slow.select_related("to_department").order_by("-took", "key")[:_SHOWN]
    ]


def _department(handoff: Handoff) -> Kept:
    return in_both(handoff.to_department.name, handoff.to_department.name_pt)


def handoffs_stay(now: datetime) -> Measured:
    """The share of answered handoffs of thirty days that were sent back."""
    answered = Handoff.objects.filter(offered_at__gte=now - MONTH, state__in=["accepted", "completed", "bounced"])
    bounced = answered.filter(state="bounced").select_related("to_department").order_by("-offered_at", "key")
    rows = answered.count()
    evidence = tuple(Evidence(_department(one), one.bounce_reason, _handoff_url(one)) for one in bounced[:_SHOWN])
    return Measured(_share(bounced.count(), rows), rows, evidence)


def many_departments_one_coordinator(now: datetime) -> Measured:
    """The share of customers between three and more departments whom somebody coordinates."""
    with connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS, [now - 3 * MONTH, now - 3 * MONTH])
        found = cursor.fetchall()
    alone = [(key, name) for key, name, coordinated in found if not coordinated]
    evidence = tuple(
        Evidence(name, phrase(gettext_noop("nobody coordinates")), reverse("profiles:profile", args=[key]))
        for key, name in alone[:_SHOWN]
    )
    return Measured(_share(len(found) - len(alone), len(found)), len(found), evidence)


def work_is_shared(now: datetime) -> Measured:
    """How many times the average the most loaded person has to do, in open tasks."""
    with connection.cursor() as cursor:
        cursor.execute(_LOADS)
        loads = cursor.fetchall()
    total = sum(count for _name, count in loads)
    if len(loads) < 2:
        return Measured(None, total)
    average = total / len(loads)
    url = reverse("collaboration:work")
    evidence = tuple(
        Evidence(name, phrase(gettext_noop("open tasks: %(count)s"), count=count), url)
        for name, count in loads[:_SHOWN]
        if count > average or count == loads[0][1]
    )
    return Measured(loads[0][1] / average, total, evidence)


def overdue_approvals_escalate(now: datetime) -> Measured:
    """The share of requests that nobody decided in time, of thirty days, of which everybody concerned was told."""
    late = ApprovalRequest.objects.filter(created_at__gte=now - MONTH, due_at__lt=now - GRACE)
    late = late.filter(Q(closed_at=None) | Q(closed_at__gt=F("due_at") + GRACE))
    silent = late.filter(escalated_at=None).order_by("due_at", "key")
    rows = late.count()
    evidence = tuple(
        Evidence(one.kind, lasting(now - one.due_at), reverse("collaboration:review", args=[one.pk]))
        for one in silent[:_SHOWN]
    )
    return Measured(_share(rows - silent.count(), rows), rows, evidence)


def overdue_tasks_escalate(now: datetime) -> Measured:
    """The share of overdue open tasks of which whoever does them was reminded."""
    late = Task.objects.open().filter(due_at__lt=now - GRACE)
    silent = late.filter(reminded_at=None).order_by("due_at", "key")
    rows = late.count()
    why = phrase(gettext_noop("nobody was reminded"))
    evidence = tuple(Evidence(task.title, why, _task_url(task)) for task in silent[:_SHOWN])
    return Measured(_share(rows - silent.count(), rows), rows, evidence)


def handoffs_carry_the_story(now: datetime) -> Measured:
    """The share of handoffs of thirty days with a summary, facts and the way to the customer's whole story."""
    offered = Handoff.objects.filter(offered_at__gte=now - MONTH)
    bare = offered.filter(Q(profile=None) | Q(facts=[]) | Q(summary="")).select_related("to_department").order_by("key")
    rows = offered.count()
    evidence = tuple(Evidence(_department(one), one.summary[:200], _handoff_url(one)) for one in bare[:_SHOWN])
    return Measured(_share(rows - bare.count(), rows), rows, evidence)


def _task_url(task: Task) -> str:
    return reverse("collaboration:task", args=[task.pk])


def _handoff_url(handoff: Handoff) -> str:
    return reverse("collaboration:handoff", args=[handoff.pk])


def measure_leavers(now: datetime) -> Measured:
    """The share of accounts that were closed within ninety days with which nothing can be done any more.

    Something can while a session lives, a token holds or an open task waits for them a day later.
    """
    closed = AuditEntry.objects.filter(
        action="person.access_ended",
        key__gte=first_key(now - 3 * MONTH),
        subject_type=User._meta.label_lower,
        subject_id=Cast(OuterRef("pk"), CharField()),
    )
    left = User.objects.filter(Exists(closed), is_active=False).annotate(
        sessions=Exists(UserSession.objects.filter(user=OuterRef("pk"))),
        tokens=Exists(ApiToken.objects.filter(person=OuterRef("pk"), revoked_at=None, expires_at__gt=now)),
        tasks=Exists(Task.objects.open().filter(assignee=OuterRef("pk"))),
        lately=Exists(closed.filter(at__gte=now - timedelta(days=1))),
    )
    rows = left.count()
    lingering = left.filter(lately=False).filter(Q(sessions=True) | Q(tokens=True) | Q(tasks=True))
    session, token = phrase(gettext_noop("a session still lives")), phrase(gettext_noop("an API token still holds"))
    task = phrase(gettext_noop("open tasks still wait for them"))
    evidence = tuple(
        Evidence(
            one.name,
            session if one.sessions else token if one.tokens else task,
            reverse("village:person", args=[one.pk]),
        )
        for one in lingering.order_by(*by_name())[:_SHOWN]
    )
    return Measured(_share(rows - lingering.count(), rows), rows, evidence)


def measure_connections(now: datetime) -> Measured:
    """The share of active channels whose connection works: fetched without a problem, not cut off, nothing unread."""
    used = Q(last_inbound_at__isnull=False) | Q(last_outbound_at__isnull=False) | ~Q(fetch_problem={})
    active = Channel.objects.filter(used, status=Channel.Status.ACTIVE).defer("credentials")
    unread = RawEvent.objects.filter(
        channel=OuterRef("pk"),
        key__gte=first_key(now - MONTH),
        status=RawEvent.Status.RECEIVED,
        received_at__lt=now - FRESHNESS,
    )
    behind = active.annotate(waits=Exists(unread)).filter(
        ~Q(fetch_problem={}) | Q(circuit_open_until__gt=now) | Q(waits=True)
    )
    rows = active.count()
    evidence = tuple(
        Evidence(one.name, _connection_problem(one, now), reverse("channels:channel", args=[one.pk]))
        for one in behind.order_by(*by_name())[:_SHOWN]
    )
    return Measured(_share(rows - behind.count(), rows), rows, evidence)


def _connection_problem(channel: Channel, now: datetime) -> Kept:
    if channel.fetch_problem:
        return phrase(gettext_noop("its mailbox cannot be fetched"))
    if channel.circuit_open_until and channel.circuit_open_until > now:
        return phrase(gettext_noop("its server refuses what we send"))
    return phrase(gettext_noop("what came in was not read within a quarter of an hour"))


def register_items() -> None:
    """Called once, when the app is ready."""
    people, work, review = "village:people", "collaboration:work", "collaboration:reviews"
    register(
        Item(
            "collaboration.departments-have-people", "collaboration", "govern",
            gettext_lazy("Every department has somebody who works in it"),
            departments_have_people, 100, mend_at=people, order=10,
            finding=gettext_lazy("Nobody works in %(first)s"),
        ),
        Item(
            "collaboration.roles-are-filled", "collaboration", "govern",
            gettext_lazy("Every role of the village is filled"),
            roles_are_filled, 100, mend_at=people, order=20, is_additional=True,
        ),
        Item(
            "collaboration.roles-have-a-deputy", "collaboration", "govern",
            gettext_lazy("Every role has a deputy"),
            roles_have_a_deputy, 100, mend_at=people, order=30,
            finding=gettext_lazy("%(first)s: %(why)s"),
        ),
        Item(
            "collaboration.tasks-are-whole", "collaboration", "govern",
            gettext_lazy("Every task has somebody who does it, and an end"),
            tasks_are_whole, 100, mend_at=work, order=40,
        ),
        Item(
            "collaboration.leavers-lose-access", "collaboration", "govern",
            gettext_lazy("Whoever leaves loses access within a day"),
            measure_leavers, 100, mend_at=people, order=50,
        ),
        Item(
            "collaboration.handoffs-are-answered", "collaboration", "analyse",
            gettext_lazy("Handoffs are answered in time (median of 30 days)"),
            handoffs_are_answered, 60, "less", "min", mend_at=work, order=10,
            finding=gettext_lazy("Median answer to a handoff %(figure)s, target %(target)s"),
        ),
        Item(
            "collaboration.handoffs-stay", "collaboration", "analyse",
            gettext_lazy("Few handoffs are sent back"),
            handoffs_stay, 15, "less", least=5, mend_at=work, order=20,
            finding=gettext_lazy("%(figure)s of handoffs bounce, the newest from %(first)s"),
        ),
        Item(
            "collaboration.one-coordinator", "collaboration", "analyse",
            gettext_lazy("Whoever three departments deal with has one coordinator"),
            many_departments_one_coordinator, 100, mend_at=work, order=30,
            finding=gettext_lazy("%(first)s is between three departments with no coordinator"),
        ),
        Item(
            "collaboration.work-is-shared", "collaboration", "analyse",
            gettext_lazy("Nobody has more than twice the average of open tasks"),
            work_is_shared, 2, "less", "", least=5, mend_at=work, order=40,
            finding=gettext_lazy("%(first)s has %(figure)s times the average of open tasks"),
        ),
        Item(
            "collaboration.overdue-approvals-escalate", "collaboration", "automate",
            gettext_lazy("An approval that nobody gives in time is told to everybody concerned"),
            overdue_approvals_escalate, 100, mend_at=review, order=10,
        ),
        Item(
            "collaboration.overdue-tasks-escalate", "collaboration", "automate",
            gettext_lazy("Whoever has an overdue task is reminded of it"),
            overdue_tasks_escalate, 100, mend_at=work, order=20, is_additional=True,
        ),
        Item(
            "collaboration.handoffs-carry-the-story", "collaboration", "automate",
            gettext_lazy("A handoff carries a summary, facts and the customer's whole story"),
            handoffs_carry_the_story, 100, mend_at=work, order=30,
        ),
        Item(
            "collaboration.connections-fresh", "collaboration", "automate",
            gettext_lazy("Every connection is up to date within a quarter of an hour"),
            measure_connections, 100, mend_at="channels:channels", order=40,
            finding=gettext_lazy("%(first)s: %(why)s"),
        ),
    )  # fmt: skip
