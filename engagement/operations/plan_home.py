"""What of the plan stands on home pages: for who plans, for who builds, for the sponsor."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from engagement.operations.actions.plan import terms_of
from engagement.operations.models import MilestoneChange, WorkItem
from engagement.operations.selectors.plan import (
    Card,
    MilestoneRow,
    Plan,
    cards_of,
    plan_state,
    shown_items,
)
from engagement.ui.home import Action, Item, Section
from engagement.ui.templatetags.ui import money, number
from engagement.village.models import User

_SHOWN = 6


def planning(user: User, now: datetime) -> Iterator[Section]:
    """Yield what is late, blocked or due this week, and what waits for the sponsor. For the master builder."""
    plan = plan_state(now=now)
    items = WorkItem.objects.filter(deleted_at=None).exclude(status=WorkItem.Status.DONE)
    shown = list(shown_items(items.order_by("due_on", "id")).filter(status=WorkItem.Status.BLOCKED)[:_SHOWN])
    soon = shown_items(items.exclude(status=WorkItem.Status.BLOCKED).filter(due_on__lte=_in_a_week(plan)))
    cards = [
        *cards_of(shown, now=now, changeable=set()),
        *cards_of(soon.order_by("due_on", "id")[:_SHOWN], now=now, changeable=set()),
    ]
    late = [row for row in plan.rows if row.state == "late"]
    yield Section(
        title=_("Late, blocked or due this week"),
        note=_open_note(plan),
        empty=_("Nothing is late or blocked, and nothing is due this week."),
        url=reverse("operations:plan"),
        order=12,
        items=[*(_milestone_item(row) for row in late[:_SHOWN]), *(_card_item(card) for card in cards)],
    )
    yield Section(
        title=_("Awaiting the sponsor"),
        empty=_("Nothing waits for the sponsor."),
        url=reverse("operations:plan"),
        order=22,
        place="side",
        items=[
            *(_change_item(change) for change in plan.changes[:_SHOWN]),
            *(_milestone_item(row) for row in plan.unapproved[:_SHOWN]),
        ],
    )


def _in_a_week(plan: Plan) -> date:
    return plan.today + timedelta(days=7)


def _open_note(plan: Plan) -> str:
    return _("%(open)s open, %(done)s done") % {"open": number(plan.open), "done": number(plan.done)}


def _milestone_item(row: MilestoneRow) -> Item:
    milestone = row.milestone
    day = formats.date_format(milestone.promised_on, "SHORT_DATE_FORMAT")
    why = _("Milestone, promised for %(day)s") % {"day": day}
    if row.state == "late":
        late = ngettext("%(days)d day late", "%(days)d days late", row.days) % {"days": row.days}
        why = f"{why}, {late}"
    return Item(
        what=milestone.title,
        why=why,
        url=reverse("operations:milestone", args=[milestone.pk]),
        icon="flag",
        failed=row.state == "late",
    )


def _card_item(card: Card, *, names_owner: bool = True) -> Item:
    item = card.item
    place = (item.owner.name if item.owner else _("No owner")) if names_owner else str(item.milestone or "")
    return Item(
        what=item.title,
        why=" · ".join(filter(None, [_why(card), place])),
        url=reverse("operations:work-item", args=[item.pk]),
        icon="circle-x" if item.status == WorkItem.Status.BLOCKED else "hourglass",
        failed=item.status == WorkItem.Status.BLOCKED or card.due == "late",
    )


def _why(card: Card) -> str:
    item = card.item
    if item.status == WorkItem.Status.BLOCKED:
        days = ngettext("blocked for %(days)d day", "blocked for %(days)d days", card.days) % {"days": card.days}
        return f"{item.blocked_reason} · {days}"
    if card.due == "late":
        return ngettext("%(days)d day late", "%(days)d days late", card.days) % {"days": card.days}
    if item.due_on is None:
        return str(item.get_status_display())
    return _("due on %(day)s") % {"day": formats.date_format(item.due_on, "SHORT_DATE_FORMAT")}


def _change_item(change: MilestoneChange, *, action: Action | None = None) -> Item:
    milestone, parts = change.milestone, []
    if change.promised_on != milestone.promised_on:
        days = {
            "before": formats.date_format(milestone.promised_on, "SHORT_DATE_FORMAT"),
            "after": formats.date_format(change.promised_on, "SHORT_DATE_FORMAT"),
        }
        parts.append(_("from %(before)s to %(after)s") % days)
    if change.budget != milestone.budget:
        amount = money(change.budget, milestone.currency) if change.budget is not None else _("none")
        parts.append(_("budget: %(amount)s") % {"amount": amount})
    return Item(
        what=milestone.title,
        why=f"{change.author.name}, {', '.join(parts)}: {change.reason[:160]}",
        url=reverse("operations:milestone", args=[milestone.pk]),
        icon="hourglass",
        at=change.created_at,
        action=action,
    )


def building(user: User, now: datetime) -> Iterator[Section]:
    """Yield the open work items of a person, the blocked and the late first. For the builder."""
    mine = WorkItem.objects.filter(deleted_at=None, owner=user).exclude(status=WorkItem.Status.DONE)
    cards = cards_of(shown_items(mine.order_by("due_on", "id"))[:50], now=now, changeable=set())
    ordered = sorted(cards, key=lambda card: (card.item.status != WorkItem.Status.BLOCKED, card.due != "late"))
    count = len(cards)
    yield Section(
        title=_("My work items"),
        note=ngettext("%(count)d open", "%(count)d open", count) % {"count": count} if count else "",
        empty=_("No open work items. Choose one from the plan."),
        url=f"{reverse('operations:plan')}?view=list&status=open&owner={user.pk}"
        if count
        else reverse("operations:plan"),
        order=8,
        items=[_card_item(card, names_owner=False) for card in ordered[:_SHOWN]],
    )


def sponsoring(user: User, now: datetime) -> Iterator[Section]:
    """Yield what waits for approval, each with a button, and milestones and budgets. For the benefactor."""
    plan = plan_state(now=now)
    waiting = [*_changes_to_decide(plan, user), *_milestones_to_approve(plan.unapproved, user)]
    yield Section(
        title=_("Awaiting your approval"),
        note=number(len(waiting)) if waiting else "",
        empty=_("No milestone or change waits for you."),
        url=reverse("operations:plan"),
        order=7,
        items=waiting[:_SHOWN],
    )
    promises = plan.promises
    facts = [
        (
            pgettext("milestone", "Delivered"),
            _("%(count)s of %(all)s") % {"count": number(plan.delivered), "all": number(len(plan.rows))},
        )
    ]
    if promises.share is not None:
        kept = {"kept": number(promises.kept), "judged": number(promises.judged), "share": number(promises.share, 1)}
        facts.append((_("First promises kept"), _("%(kept)s of %(judged)s (%(share)s %%)") % kept))
    for row in plan.late[:3]:
        late = ngettext("%(days)d day late", "%(days)d days late", row.days) % {"days": row.days}
        facts.append((row.milestone.title, late))
    for one in plan.money:
        facts.append((_("Budget promised"), money(one.budget, one.currency)))
        facts.append((_("Spent"), money(one.spent, one.currency)))
    yield Section(title=_("Milestones"), empty="", url=reverse("operations:plan"), order=9, place="side", facts=facts)


def _changes_to_decide(plan: Plan, user: User) -> Iterator[Item]:
    for change in plan.changes:
        url = reverse("operations:milestone-change-decision", args=[change.pk])
        approve = Action(_("Approve"), url, {"decision": "approve", "from": "home"})
        yield _change_item(change, action=approve if change.author_id != user.pk else None)


def _milestones_to_approve(rows: Iterable[MilestoneRow], user: User) -> Iterator[Item]:
    for row in rows:
        milestone = row.milestone
        url = reverse("operations:milestone-approval", args=[milestone.pk])
        approve = Action(_("Approve"), url, {"seen": terms_of(milestone), "from": "home"})
        day = formats.date_format(milestone.promised_on, "SHORT_DATE_FORMAT")
        why = _("Milestone, promised for %(day)s") % {"day": day}
        if milestone.budget is not None:
            why = f"{why}, {money(milestone.budget, milestone.currency)}"
        yield Item(
            what=milestone.title,
            why=why,
            url=reverse("operations:milestone", args=[milestone.pk]),
            icon="flag",
            at=milestone.created_at,
            action=approve if milestone.owner_id != user.pk else None,
        )
