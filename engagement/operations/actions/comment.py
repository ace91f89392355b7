"""Comment on the blueprint, on requirements and on the plan."""

from datetime import datetime

from django.db import transaction

from engagement.operations.models import Comment, Component, Milestone, Requirement, WorkItem
from engagement.realtime.topics import poke
from engagement.village.models import User

Subject = Component | Requirement | Milestone | WorkItem
_FIELDS: dict[type, str] = {
    Component: "component",
    Requirement: "requirement",
    Milestone: "milestone",
    WorkItem: "work_item",
}


@transaction.atomic
def add_comment(*, subject: Subject, text: str, author: User, now: datetime) -> Comment:
    """Say something about a component, a requirement, a milestone or a work item."""
    made = Comment.objects.create(**{_FIELDS[type(subject)]: subject}, author=author, text=text.strip(), created_at=now)
    poke("operations:blueprint")
    return made
