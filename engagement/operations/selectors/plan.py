"""What the plan's page shows: milestones, work items, what waits for the sponsor, risks, progress over time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from engagement.operations.models import Component, Link, Milestone, MilestoneChange, Risk, WorkItem
from engagement.operations.plan_permissions import changeable_work_items
from engagement.sorting import by_name, sort_text
from engagement.village.models import User

Status = WorkItem.Status
MAX_MILESTONES = 60
MAX_CARDS = 50  # of one column
MAX_BY_COMPONENT = 500
DONE_DAYS = 7  # "this week" is the last seven days: a Monday shows what was done on Friday
SOON_DAYS = 7
PACE_DAYS = 28
MAX_FORECAST_DAYS = 1_826
_OPEN = Q(work_items__deleted_at=None)
_LEVELS = {Risk.Level.HIGH: 0, Risk.Level.MEDIUM: 1, Risk.Level.LOW: 2}


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A milestone and how far it is. ``state``: delivered, delivered_late, late, blocked, on_time.

    ``days``: how many it is (or was delivered) late, else 0.
    """

    milestone: Milestone
    items: int
    done: int
    blocked: int
    state: str
    days: int
    change: MilestoneChange | None
    is_overdue_at_first: bool = False

    @property
    def open(self) -> int:
        """Work items that are not done."""
        return self.items - self.done

    @property
    def is_first_promise_kept(self) -> bool | None:
        """Whether it was delivered by the day that was promised at first; None while that is open."""
        first, delivered = self.milestone.first_promised_on, self.milestone.delivered_on
        if delivered is not None:
            return delivered <= first
        return False if self.days or self.is_overdue_at_first else None


@dataclass(frozen=True, slots=True)
class Promises:
    """How many milestones whose first promised day has passed (or that are delivered) kept it."""

    kept: int
    judged: int

    @property
    def share(self) -> Decimal | None:
        """Percent; None while nothing can be judged."""
        return Decimal(self.kept * 100) / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Money:
    """Budget promised and spent in one currency, over all milestones."""

    currency: str
    budget: Decimal
    spent: Decimal

    @property
    def is_over(self) -> bool:
        """More is spent than was promised."""
        return self.spent > self.budget


@dataclass(frozen=True, slots=True)
class Card:
    """A work item as board and lists show it. ``waits_for``: the first open one of those that it depends on.

    ``due``: late, soon, or empty. ``days``: how many it is late or blocked.
    """

    item: WorkItem
    waits_for: WorkItem | None
    due: str
    days: int
    may_change: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the board; ``count`` of all, of which ``cards`` are the first."""

    status: str
    count: int
    cards: Sequence[Card]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.cards)


@dataclass(frozen=True, slots=True)
class ComponentGroup:
    """The open work items of one component; None for those without one."""

    component: Component | None
    cards: Sequence[Card]

    @property
    def blocked(self) -> int:
        """How many are blocked."""
        return sum(card.item.status == Status.BLOCKED for card in self.cards)


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan as it stands ``today``."""

    today: date
    rows: Sequence[MilestoneRow]
    more_milestones: int
    open: int
    done: int
    blocked: int
    risks: Sequence[Risk]
    promises: Promises
    money: Sequence[Money]
    changes: Sequence[MilestoneChange]

    @property
    def delivered(self) -> int:
        """How many milestones are delivered."""
        return sum(row.milestone.delivered_on is not None for row in self.rows)

    @property
    def late(self) -> list[MilestoneRow]:
        """The milestones that are late, the latest first."""
        return sorted((row for row in self.rows if row.state == "late"), key=lambda row: -row.days)

    @property
    def unapproved(self) -> list[MilestoneRow]:
        """The milestones that the sponsor has not approved yet."""
        return [row for row in self.rows if row.milestone.approved_at is None and row.milestone.delivered_on is None]


def plan_state(*, now: datetime) -> Plan:
    """Return the state of the plan. Five queries."""
    today = timezone.localdate(now)
    changes = list(pending_changes())
    rows = milestone_rows(today=today, changes=changes)
    items = WorkItem.objects.filter(deleted_at=None).aggregate(
        all=Count("pk"), done=Count("pk", Q(status=Status.DONE)), blocked=Count("pk", Q(status=Status.BLOCKED))
    )
    return Plan(
        today=today,
        rows=rows[:MAX_MILESTONES],
        more_milestones=max(len(rows) - MAX_MILESTONES, 0),
        open=items["all"] - items["done"],
        done=items["done"],
        blocked=items["blocked"],
        risks=open_risks(),
        promises=promises_of(rows),
        money=money_of(rows),
        changes=changes,
    )


def milestone_rows(*, today: date, changes: Iterable[MilestoneChange] = ()) -> list[MilestoneRow]:
    """Return all milestones, by their start. One query."""
    waiting = {change.milestone_id: change for change in changes}
    found = (
        Milestone.objects.filter(deleted_at=None)
        .select_related("owner")
        .annotate(
            item_count=Count("work_items", _OPEN),
            done_count=Count("work_items", _OPEN & Q(work_items__status=Status.DONE)),
            blocked_count=Count("work_items", _OPEN & Q(work_items__status=Status.BLOCKED)),
        )
        .order_by("starts_on", "promised_on", "id")
    )
    return [_row(milestone, today, waiting.get(milestone.pk)) for milestone in found]


def _row(milestone: Any, today: date, change: MilestoneChange | None) -> MilestoneRow:
    delivered, promised = milestone.delivered_on, milestone.promised_on
    days = max(((delivered or today) - promised).days, 0)
    if delivered is not None:
        state = "delivered_late" if days else "delivered"
    else:
        state = "late" if days else "blocked" if milestone.blocked_count else "on_time"
    return MilestoneRow(
        milestone,
        milestone.item_count,
        milestone.done_count,
        milestone.blocked_count,
        state,
        days,
        change,
        is_overdue_at_first=milestone.first_promised_on < today,
    )


def promises_of(rows: Iterable[MilestoneRow]) -> Promises:
    """Count the first promises that can be judged, and those that were kept."""
    judged = [row.is_first_promise_kept for row in rows if row.is_first_promise_kept is not None]
    return Promises(sum(judged), len(judged))


def money_of(rows: Iterable[MilestoneRow]) -> list[Money]:
    """Sum budgets and what was spent, by currency."""
    ordered = sorted((row.milestone for row in rows), key=lambda milestone: milestone.currency)
    sums = []
    for currency, group in groupby(ordered, key=lambda milestone: milestone.currency):
        milestones = list(group)
        budget = sum((one.budget for one in milestones if one.budget is not None), Decimal(0))
        spent = sum((one.spent for one in milestones), Decimal(0))
        if budget or spent:
            sums.append(Money(currency, budget, spent))
    return sums


def pending_changes() -> QuerySet[MilestoneChange]:
    """Return the changes that wait for the sponsor, oldest first."""
    waiting = MilestoneChange.objects.filter(status=MilestoneChange.Status.PENDING, milestone__deleted_at=None)
    return waiting.select_related("milestone", "author").order_by("id")


def open_risks() -> list[Risk]:
    """Return the risks that are open, the highest first. One query."""
    risks = Risk.objects.filter(closed_at=None).select_related("owner", "milestone").order_by("-id")[:100]
    return sorted(risks, key=lambda risk: (_LEVELS[Risk.Level(risk.level)], sort_text(risk.title)))


def shown_items(items: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
    """Add what a card says of a work item. Two queries when read."""
    before = WorkItem.objects.filter(deleted_at=None).exclude(status=Status.DONE).order_by("id")
    return items.select_related("owner", "component", "milestone").prefetch_related(
        Prefetch("depends_on", before, to_attr="open_dependencies")
    )


def cards_of(items: Iterable[WorkItem], *, now: datetime, changeable: set[Any]) -> list[Card]:
    """Return cards of ``shown_items``."""
    today = timezone.localdate(now)
    return [_card(item, today, now, item.pk in changeable) for item in items]


def _card(item: Any, today: date, now: datetime, may_change: bool) -> Card:
    waits_for = next(iter(item.open_dependencies), None) if item.status != Status.DONE else None
    if item.status == Status.BLOCKED and item.blocked_since is not None:
        return Card(item, waits_for, "", max((today - timezone.localdate(item.blocked_since)).days, 0), may_change)
    if item.due_on is None or item.status == Status.DONE:
        return Card(item, waits_for, "", 0, may_change)
    days = (today - item.due_on).days
    due = "late" if days > 0 else "soon" if days >= -SOON_DAYS else ""
    return Card(item, waits_for, due, max(days, 0), may_change)


def board(*, user: User, now: datetime) -> list[Column]:
    """Return the four columns of the board, each with its exact count and first cards. Nine queries."""
    items = WorkItem.objects.filter(deleted_at=None)
    since = now - timedelta(days=DONE_DAYS)
    shown = {
        Status.BLOCKED: items.filter(status=Status.BLOCKED).order_by("blocked_since", "id"),
        Status.IN_PROGRESS: items.filter(status=Status.IN_PROGRESS).order_by("due_on", "id"),
        Status.NEXT: items.filter(status=Status.NEXT).order_by("due_on", "id"),
        Status.DONE: items.filter(status=Status.DONE, done_at__gte=since).order_by("-done_at", "-id"),
    }
    counts = items.aggregate(
        **{status.value: Count("pk", Q(status=status)) for status in (Status.BLOCKED, Status.IN_PROGRESS, Status.NEXT)},
        done=Count("pk", Q(status=Status.DONE, done_at__gte=since)),
    )
    found = {status: list(shown_items(rows)[:MAX_CARDS]) for status, rows in shown.items()}
    keys = [item.pk for rows in found.values() for item in rows]
    changeable = changeable_keys(user=user, keys=keys)
    return [
        Column(status, counts[status.value], cards_of(rows, now=now, changeable=changeable))
        for status, rows in found.items()
    ]


def changeable_keys(*, user: User, keys: Sequence[Any]) -> set[Any]:
    """Return those of the work items that a person may change. One query."""
    return set(changeable_work_items(user).filter(pk__in=keys).order_by().values_list("pk", flat=True))


def by_component(*, user: User, now: datetime) -> list[ComponentGroup]:
    """Return the open work items under their components: by name, then those without one. Three queries."""
    items = WorkItem.objects.filter(deleted_at=None).exclude(status=Status.DONE)
    found = list(
        shown_items(items.order_by(*by_name("component__name", "component_id"), "status", "id"))[:MAX_BY_COMPONENT]
    )
    changeable = changeable_keys(user=user, keys=[item.pk for item in found])
    groups: dict[Any, list[Card]] = {}
    components: dict[Any, Component | None] = {}
    for card in cards_of(found, now=now, changeable=changeable):
        groups.setdefault(card.item.component_id, []).append(card)
        components[card.item.component_id] = card.item.component
    made = [ComponentGroup(components[key], cards) for key, cards in groups.items()]
    return sorted(made, key=lambda group: (group.component is None, sort_text(str(group.component or ""))))


@dataclass(frozen=True, slots=True)
class ItemPage:
    """A work item with what stands around it. ``neighbors``: the links of its component, to be told of a change."""

    card: Card
    before: Sequence[WorkItem]
    after: Sequence[WorkItem]
    neighbors: Sequence["Neighbor"]
    comments: Sequence[Any] = field(default=())


@dataclass(frozen=True, slots=True)
class Neighbor:
    """A component that is linked to another one, and by what."""

    component: Component
    link: Link


def item_page(*, item: WorkItem, user: User, now: datetime) -> ItemPage:
    """Return a work item of ``shown_items`` with what it depends on, what waits for it, its neighbors, comments."""
    changeable = changeable_keys(user=user, keys=[item.pk])
    current = WorkItem.objects.filter(deleted_at=None)
    return ItemPage(
        card=cards_of([item], now=now, changeable=changeable)[0],
        before=list(current.filter(needed_by=item).select_related("owner").order_by("title", "id")),
        after=list(current.filter(depends_on=item).select_related("owner").order_by("title", "id")),
        neighbors=neighbors_of(item.component) if item.component is not None else [],
        comments=list(item.comments.select_related("author").order_by("id")),
    )


def neighbors_of(component: Component) -> list[Neighbor]:
    """Return what a component is linked to. One query."""
    links = Link.objects.current().filter(Q(origin=component) | Q(target=component))
    found = links.select_related("origin__owner", "target__owner", "owner").order_by("id")[:50]
    return [Neighbor(link.target if link.origin_id == component.pk else link.origin, link) for link in found]


@dataclass(frozen=True, slots=True)
class Progress:
    """Scope and done by day, and when all will be done at the pace of the last weeks.

    ``scope`` and ``done``: (day, how many by then). ``forecast_on`` is None when nothing was done lately
    (``is_stalled``), when it lies beyond five years, or when there is nothing left.
    """

    scope: Sequence[tuple[date, int]]
    done: Sequence[tuple[date, int]]
    today: date
    promised_on: date | None
    forecast_on: date | None
    pace: Decimal
    is_stalled: bool

    @property
    def total(self) -> int:
        """All work items."""
        return self.scope[-1][1] if self.scope else 0

    @property
    def finished(self) -> int:
        """Those that are done."""
        return self.done[-1][1] if self.done else 0

    @property
    def first_total(self) -> int:
        """How many there were after the first week."""
        if not self.scope:
            return 0
        limit = self.scope[0][0] + timedelta(days=7)
        return max(count for day, count in self.scope if day <= limit)

    @property
    def is_late(self) -> bool:
        """The forecast lies after the last promise."""
        return self.forecast_on is not None and self.promised_on is not None and self.forecast_on > self.promised_on


def progress(*, rows: Iterable[MilestoneRow], now: datetime) -> Progress:
    """Return the burn-up of all work items. Two queries."""
    today = timezone.localdate(now)
    items = WorkItem.objects.filter(deleted_at=None)
    scope = _cumulated(items, "created_at")
    done = _cumulated(items.filter(status=Status.DONE), "done_at")
    promised = max((row.milestone.promised_on for row in rows if row.milestone.delivered_on is None), default=None)
    left = (scope[-1][1] if scope else 0) - (done[-1][1] if done else 0)
    days = min(PACE_DAYS, max((today - scope[0][0]).days, 7)) if scope else PACE_DAYS
    since = today - timedelta(days=days)
    earlier = next((count for day, count in reversed(done) if day <= since), 0)
    lately = (done[-1][1] if done else 0) - earlier
    forecast = None
    if left and lately:
        wait = -(-left * days // lately)  # rounded up
        forecast = today + timedelta(days=wait) if wait <= MAX_FORECAST_DAYS else None
    return Progress(
        scope, done, today, promised, forecast, Decimal(lately * 7) / days, is_stalled=bool(left) and not lately
    )


def _cumulated(items: QuerySet[WorkItem], moment: str) -> list[tuple[date, int]]:
    days = (
        items.filter(**{f"{moment}__isnull": False})
        .annotate(day=TruncDate(moment))
        .order_by("day")
        .values("day")
        .annotate(count=Count("pk"))
        .values_list("day", "count")
    )
    total, line = 0, []
    for day, count in days:
        total += count
        line.append((day, total))
    return line


def filtered_items(given: Mapping[str, Any]) -> QuerySet[WorkItem]:
    """Return the work items of a filter form's values, newest first; "none" is for what has no such value."""
    items = WorkItem.objects.filter(deleted_at=None).order_by("-id")
    for name in ("owner", "milestone", "component"):
        value = given.get(name)
        if value == "none":
            items = items.filter(**{name: None})
        elif value:
            items = items.filter(**{name: value})
    if given.get("status") == "open":
        items = items.exclude(status=Status.DONE)
    elif given.get("status"):
        items = items.filter(status=given["status"])
    return items
