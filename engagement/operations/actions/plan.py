"""Milestones, changes that the sponsor decides, risks and comments of the plan.

All writes of the plan follow one another (``lock_plan``): whatever is decided, is decided by what stands then.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagement.operations.models import Comment, Milestone, MilestoneChange, Risk, WorkItem
from engagement.realtime.topics import poke
from engagement.village.audit import NOWHERE, Origin, record
from engagement.village.models import User

TOPIC = "plan:all"
LOCK = "operations.plan"  # the name under which views open a form over the plan (``setting_to_edit``)
MAX_AMOUNT = Decimal("999999999999.99")


class PlanRefused(ValueError):
    """What was asked cannot be; the message is a sentence for whoever asked. ``field`` is the value to change."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneValues:
    """What can be changed of a milestone. ``spent`` and ``budget`` are in ``currency``."""

    title: str
    description: str = ""
    owner: User | None = None
    starts_on: date
    promised_on: date
    budget: Decimal | None = None
    spent: Decimal = Decimal(0)
    currency: str = "BRL"


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskValues:
    """What can be changed of a risk."""

    title: str
    level: str = Risk.Level.MEDIUM
    response: str = ""
    milestone: Milestone | None = None
    owner: User | None = None


def lock_plan() -> None:
    """Wait until nobody else writes into the plan; held to the end of the transaction. Safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"setting:{LOCK}"])


def changes_of(row: Model, values: Any) -> dict[str, list[str]]:
    """Return {field: [before, after]} of the values that differ from those of a row."""
    pairs = {name: (getattr(row, name), getattr(values, name)) for name in values.__slots__ if name != "depends_on"}
    return {name: [_in_words(old), _in_words(new)] for name, (old, new) in pairs.items() if old != new}


def _in_words(value: Any) -> str:
    return "" if value is None else str(value)[:300]


@transaction.atomic
def create_milestone(*, values: MilestoneValues, actor: User, now: datetime, origin: Origin = NOWHERE) -> Milestone:
    """Promise something for a day. Raises PlanRefused."""
    lock_plan()
    _check_milestone_values(values)
    milestone = Milestone(first_promised_on=values.promised_on, created_at=now, updated_at=now)
    _fill(milestone, values)
    milestone.save(force_insert=True)
    detail = {"promised_on": str(values.promised_on), "budget": _in_words(values.budget)}
    record(actor=actor, action="milestone.created", subject=milestone, now=now, detail=detail, origin=origin)
    poke(TOPIC)
    return milestone


def _fill(row: Model, values: Any) -> None:
    for name in values.__slots__:
        if name != "depends_on":
            setattr(row, name, getattr(values, name))


def _check_milestone_values(values: MilestoneValues) -> None:
    if not values.title.strip():
        raise PlanRefused(_("Give the milestone a title."), field="title")
    if values.promised_on < values.starts_on:
        raise PlanRefused(_("The promised day comes after the start."), field="promised_on")
    for name in ("budget", "spent"):
        amount = getattr(values, name)
        if amount is not None and not 0 <= amount <= MAX_AMOUNT:
            raise PlanRefused(_("An amount is not negative, and below a trillion."), field=name)


def milestone_to_change(milestone_id: UUID) -> Milestone:
    """Lock the plan and return a milestone as it stands. Raises PlanRefused for one that was deleted."""
    lock_plan()
    milestone = Milestone.objects.select_related("owner").filter(pk=milestone_id, deleted_at=None).first()
    if milestone is None:
        raise PlanRefused(_("This milestone was deleted meanwhile. Restore it first."))
    return milestone


@transaction.atomic
def change_milestone(
    *,
    milestone_id: UUID,
    values: MilestoneValues,
    actor: User,
    now: datetime,
    reason: str = "",
    origin: Origin = NOWHERE,
) -> MilestoneChange | None:
    """Change a milestone. Once the sponsor has approved it, another day or budget waits for them as a
    MilestoneChange, which is returned; it replaces one that waits already. All else changes at once.
    Raises PlanRefused.
    """
    milestone = milestone_to_change(milestone_id)
    _check_milestone_values(values)
    terms = (values.promised_on, values.budget)
    present = (milestone.promised_on, milestone.budget)
    must_wait = milestone.approved_at is not None and terms != present
    if must_wait:
        _check_request(milestone, values, reason)
    elif milestone.delivered_on is not None and terms != present:
        raise PlanRefused(_("This milestone is delivered. Reopen it before you change its day or budget."))
    if milestone.approved_at is not None and values.currency != milestone.currency:
        raise PlanRefused(_("The sponsor approved the budget in this currency. It cannot change."), field="currency")
    changed = changes_of(milestone, values)
    _fill(milestone, values)
    if must_wait:
        milestone.promised_on, milestone.budget = present
        changed = {name: pair for name, pair in changed.items() if name not in ("promised_on", "budget")}
        if milestone.promised_on < milestone.starts_on:
            raise PlanRefused(_("The promised day comes after the start."), field="starts_on")
    if changed:
        milestone.updated_at = now
        milestone.save()
        record(actor=actor, action="milestone.changed", subject=milestone, now=now, detail=changed, origin=origin)
        poke(TOPIC)
    if not must_wait:
        return None
    return _request_change(milestone, values, reason.strip(), actor, now, origin)


def _check_request(milestone: Milestone, values: MilestoneValues, reason: str) -> None:
    if milestone.delivered_on is not None:
        raise PlanRefused(_("This milestone is delivered. Reopen it before you change its day or budget."))
    if not reason.strip():
        raise PlanRefused(_("The sponsor approved this day and budget. Say why they should change."), field="reason")


def _request_change(
    milestone: Milestone, values: MilestoneValues, reason: str, actor: User, now: datetime, origin: Origin
) -> MilestoneChange:
    waiting = milestone.changes.filter(status=MilestoneChange.Status.PENDING).first()
    asked = (values.promised_on, values.budget, reason, actor.pk)
    if waiting is not None and (waiting.promised_on, waiting.budget, waiting.reason, waiting.author_id) == asked:
        return waiting
    _withdraw_pending(milestone, actor, now)
    change = MilestoneChange.objects.create(
        milestone=milestone,
        promised_on=values.promised_on,
        budget=values.budget,
        reason=reason,
        author=actor,
        created_at=now,
    )
    detail = {
        "promised_on": [str(milestone.promised_on), str(values.promised_on)],
        "budget": [_in_words(milestone.budget), _in_words(values.budget)],
        "reason": reason,
    }
    record(actor=actor, action="milestone.change_requested", subject=milestone, now=now, detail=detail, origin=origin)
    poke(TOPIC)
    return change


def _withdraw_pending(milestone: Milestone, actor: User, now: datetime) -> int:
    pending = milestone.changes.filter(status=MilestoneChange.Status.PENDING)
    return pending.update(status=MilestoneChange.Status.WITHDRAWN, decided_by=actor, decided_at=now)


def terms_of(milestone: Milestone) -> str:
    """Return day and budget as one text, for a page that asks the sponsor to approve just these."""
    budget = "" if milestone.budget is None else f"{milestone.budget:.2f}"
    return f"{milestone.promised_on.isoformat()} {budget} {milestone.currency}"


@transaction.atomic
def approve_milestone(
    *, milestone_id: UUID, seen: str, actor: User, now: datetime, origin: Origin = NOWHERE
) -> Milestone:
    """Approve day and budget for the first time, as they were ``seen`` (``terms_of``). Approving twice keeps the
    first approval. Raises PlanRefused for one's own milestone, and for other terms than those that were seen.
    """
    milestone = milestone_to_change(milestone_id)
    if milestone.approved_at is not None:
        return milestone
    if milestone.owner_id == actor.pk:
        raise PlanRefused(_("Somebody else approves the milestone that you own."))
    if seen != terms_of(milestone):
        raise PlanRefused(_("Day or budget changed while you were reading. Read them again, then approve."))
    milestone.approved_by, milestone.approved_at, milestone.updated_at = actor, now, now
    milestone.save(update_fields=["approved_by", "approved_at", "updated_at"])
    detail = {"promised_on": str(milestone.promised_on), "budget": _in_words(milestone.budget)}
    record(actor=actor, action="milestone.approved", subject=milestone, now=now, detail=detail, origin=origin)
    poke(TOPIC)
    return milestone


@transaction.atomic
def decide_change(
    *, change_id: UUID, is_approved: bool, actor: User, now: datetime, answer: str = "", origin: Origin = NOWHERE
) -> MilestoneChange:
    """Approve or reject a change that waits. The same decision twice is kept once. A rejection needs an answer.

    Raises PlanRefused for one's own change, and for one that was decided or replaced meanwhile.
    """
    lock_plan()
    change = MilestoneChange.objects.select_related("milestone", "decided_by").get(pk=change_id)
    status = MilestoneChange.Status.APPROVED if is_approved else MilestoneChange.Status.REJECTED
    if change.status == status:
        return change
    if change.status == MilestoneChange.Status.WITHDRAWN:
        raise PlanRefused(_("This change was withdrawn or replaced meanwhile. Read the milestone again."))
    if change.status != MilestoneChange.Status.PENDING:
        name = change.decided_by.name if change.decided_by else ""
        raise PlanRefused(_("%(name)s decided on this change already.") % {"name": name})
    if change.author_id == actor.pk:
        raise PlanRefused(_("Somebody else decides on a change that you asked for."))
    if not is_approved and not answer.strip():
        raise PlanRefused(_("Say why, so that the plan can be made to fit."), field="answer")
    milestone = change.milestone
    if is_approved:
        if change.promised_on < milestone.starts_on:
            raise PlanRefused(_("The milestone starts after that day by now. Reject the change, or ask about it."))
        milestone.promised_on, milestone.budget = change.promised_on, change.budget
        milestone.approved_by, milestone.approved_at, milestone.updated_at = actor, now, now
        milestone.save(update_fields=["promised_on", "budget", "approved_by", "approved_at", "updated_at"])
    change.status, change.answer, change.decided_by, change.decided_at = status, answer.strip(), actor, now
    change.save(update_fields=["status", "answer", "decided_by", "decided_at"])
    detail = {"decision": str(status.value), "promised_on": str(change.promised_on), "answer": change.answer}
    record(actor=actor, action="milestone.change_decided", subject=milestone, now=now, detail=detail, origin=origin)
    poke(TOPIC)
    return change


@transaction.atomic
def withdraw_change(*, change_id: UUID, actor: User, now: datetime, origin: Origin = NOWHERE) -> MilestoneChange:
    """Take back a change that waits. Safe to repeat. Raises PlanRefused for one that was decided."""
    lock_plan()
    change = MilestoneChange.objects.select_related("milestone").get(pk=change_id)
    if change.status == MilestoneChange.Status.WITHDRAWN:
        return change
    if change.status != MilestoneChange.Status.PENDING:
        raise PlanRefused(_("The sponsor decided on this change already."))
    _withdraw_pending(change.milestone, actor, now)
    record(
        actor=actor, action="milestone.change_withdrawn", subject=change.milestone, now=now, detail={}, origin=origin
    )
    poke(TOPIC)
    change.refresh_from_db()
    return change


@transaction.atomic
def deliver_milestone(
    *, milestone_id: UUID, actor: User, now: datetime, delivered_on: date | None = None, origin: Origin = NOWHERE
) -> Milestone:
    """Say that a milestone is delivered, today unless told. A change that waits is withdrawn. Safe to repeat.

    Raises PlanRefused while work items of it are open.
    """
    milestone = milestone_to_change(milestone_id)
    if milestone.delivered_on is not None:
        return milestone
    left = milestone.work_items.filter(deleted_at=None).exclude(status=WorkItem.Status.DONE).count()
    if left:
        text = ngettext(
            "%(count)d work item is open. Finish it, or move it to another milestone.",
            "%(count)d work items are open. Finish them, or move them to another milestone.",
            left,
        )
        raise PlanRefused(text % {"count": left})
    _withdraw_pending(milestone, actor, now)
    milestone.delivered_on, milestone.updated_at = delivered_on or timezone.localdate(now), now
    milestone.save(update_fields=["delivered_on", "updated_at"])
    detail = {"delivered_on": str(milestone.delivered_on), "promised_on": str(milestone.promised_on)}
    record(actor=actor, action="milestone.delivered", subject=milestone, now=now, detail=detail, origin=origin)
    poke(TOPIC)
    return milestone


@transaction.atomic
def reopen_milestone(*, milestone_id: UUID, actor: User, now: datetime, origin: Origin = NOWHERE) -> Milestone:
    """Say that a milestone is not delivered after all. Safe to repeat."""
    milestone = milestone_to_change(milestone_id)
    if milestone.delivered_on is None:
        return milestone
    detail = {"delivered_on": str(milestone.delivered_on)}
    milestone.delivered_on, milestone.updated_at = None, now
    milestone.save(update_fields=["delivered_on", "updated_at"])
    record(actor=actor, action="milestone.reopened", subject=milestone, now=now, detail=detail, origin=origin)
    poke(TOPIC)
    return milestone


@transaction.atomic
def delete_milestone(*, milestone_id: UUID, actor: User, now: datetime, origin: Origin = NOWHERE) -> Milestone:
    """Delete a milestone that holds no work items; it can be restored. Safe to repeat. Raises PlanRefused."""
    lock_plan()
    milestone = Milestone.objects.get(pk=milestone_id)
    if milestone.deleted_at is not None:
        return milestone
    count = milestone.work_items.filter(deleted_at=None).count()
    if count:
        text = ngettext(
            "%(count)d work item belongs to this milestone. Move or delete it first.",
            "%(count)d work items belong to this milestone. Move or delete them first.",
            count,
        )
        raise PlanRefused(text % {"count": count})
    _withdraw_pending(milestone, actor, now)
    milestone.deleted_at = now
    milestone.save(update_fields=["deleted_at"])
    record(actor=actor, action="milestone.deleted", subject=milestone, now=now, origin=origin)
    poke(TOPIC)
    return milestone


@transaction.atomic
def restore_milestone(*, milestone_id: UUID, actor: User, now: datetime, origin: Origin = NOWHERE) -> Milestone:
    """Undo a deletion. Safe to repeat."""
    lock_plan()
    milestone = Milestone.objects.get(pk=milestone_id)
    if milestone.deleted_at is not None:
        milestone.deleted_at = None
        milestone.save(update_fields=["deleted_at"])
        record(actor=actor, action="milestone.restored", subject=milestone, now=now, origin=origin)
        poke(TOPIC)
    return milestone


@transaction.atomic
def create_risk(*, values: RiskValues, actor: User, now: datetime, origin: Origin = NOWHERE) -> Risk:
    """Name what may go wrong. Raises PlanRefused."""
    lock_plan()
    _check_risk(values)
    risk = Risk(created_at=now)
    _fill(risk, values)
    risk.save(force_insert=True)
    record(actor=actor, action="risk.created", subject=risk, now=now, detail={"level": risk.level}, origin=origin)
    poke(TOPIC)
    return risk


def _check_risk(values: RiskValues) -> None:
    if not values.title.strip():
        raise PlanRefused(_("Say what may go wrong."), field="title")


@transaction.atomic
def change_risk(*, risk_id: UUID, values: RiskValues, actor: User, now: datetime, origin: Origin = NOWHERE) -> Risk:
    """Change a risk. Raises PlanRefused."""
    lock_plan()
    _check_risk(values)
    risk = Risk.objects.select_related("milestone", "owner").get(pk=risk_id)
    changed = changes_of(risk, values)
    if changed:
        _fill(risk, values)
        risk.save()
        record(actor=actor, action="risk.changed", subject=risk, now=now, detail=changed, origin=origin)
        poke(TOPIC)
    return risk


@transaction.atomic
def close_risk(*, risk_id: UUID, actor: User, now: datetime, origin: Origin = NOWHERE) -> Risk:
    """Take a risk from the plan; it can be opened again. Safe to repeat."""
    return _turn_risk(risk_id, now, "risk.closed", actor, now, origin)


@transaction.atomic
def reopen_risk(*, risk_id: UUID, actor: User, now: datetime, origin: Origin = NOWHERE) -> Risk:
    """Undo ``close_risk``. Safe to repeat."""
    return _turn_risk(risk_id, None, "risk.reopened", actor, now, origin)


def _turn_risk(
    risk_id: UUID, closed_at: datetime | None, action: str, actor: User, now: datetime, origin: Origin
) -> Risk:
    lock_plan()
    risk = Risk.objects.get(pk=risk_id)
    if (risk.closed_at is None) == (closed_at is None):
        return risk
    risk.closed_at = closed_at
    risk.save(update_fields=["closed_at"])
    record(actor=actor, action=action, subject=risk, now=now, origin=origin)
    poke(TOPIC)
    return risk


@transaction.atomic
def comment_on_plan(*, subject: Milestone | WorkItem, author: User, text: str, now: datetime) -> Comment:
    """Say something about a milestone or a work item. Raises PlanRefused."""
    if not text.strip():
        raise PlanRefused(_("Write a comment first."), field="text")
    about: dict[str, Any] = {"milestone" if isinstance(subject, Milestone) else "work_item": subject}
    comment = Comment.objects.create(author=author, text=text.strip(), created_at=now, **about)
    poke(TOPIC)
    return comment
