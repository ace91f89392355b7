"""Small makers of milestones and work items for the tests of the plan."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from engagement.operations.actions.plan import MilestoneValues, approve_milestone, create_milestone, terms_of
from engagement.operations.actions.work_items import WorkItemValues, create_work_item
from engagement.operations.models import Component, Milestone, WorkItem
from engagement.village.models import User

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = date(2026, 11, 25)


def make_milestone(actor: User, title: str = "CRM both ways", **values: Any) -> Milestone:
    """A milestone from 1 to 30 November, of R$ 10,000."""
    given = {"starts_on": date(2026, 11, 1), "promised_on": date(2026, 11, 30), "budget": Decimal(10_000)} | values
    return create_milestone(values=MilestoneValues(title=title, **given), actor=actor, now=NOW)


def make_approved(actor: User, sponsor: User, title: str = "CRM both ways", **values: Any) -> Milestone:
    """A milestone that the sponsor has approved."""
    made = make_milestone(actor, title, **values)
    return approve_milestone(milestone_id=made.pk, seen=terms_of(made), actor=sponsor, now=NOW)


def make_item(actor: User, title: str = "Sync contacts", *, at: datetime = NOW, **values: Any) -> WorkItem:
    """A work item."""
    return create_work_item(values=WorkItemValues(title=title, **values), actor=actor, now=at)


def make_component(name: str = "HubSpot", **values: Any) -> Component:
    """A component of the blueprint."""
    return Component.objects.create(name=name, created_at=NOW, updated_at=NOW, **values)
