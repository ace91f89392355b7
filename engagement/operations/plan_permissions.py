"""Who may change which part of the plan, and who may listen to its live topic."""

from django.db.models import Q, QuerySet
from guardian.shortcuts import get_objects_for_user

from engagement.operations.models import Component, WorkItem
from engagement.village.models import User

READ = "operations.view_milestone"
PLAN = "operations.change_milestone"
CHANGE_ITEM = "operations.change_workitem"
CHANGE_COMPONENT = "operations.change_component"
APPROVE = "operations.approve_milestone"


def may_listen(user: User, rest: str) -> bool:
    """Whoever may read the plan."""
    return rest == "all" and user.has_perm(READ)


def granted_components(user: User) -> QuerySet[Component]:
    """Return the components that a person may change: all by their role, or those that were granted to them."""
    return get_objects_for_user(user, CHANGE_COMPONENT, Component.objects.current())


def changeable_work_items(user: User) -> QuerySet[WorkItem]:
    """Return the work items that a person may change.

    Whoever plans changes all; others their own, and those on the components that they may change.
    """
    items = WorkItem.objects.filter(deleted_at=None)
    if not user.has_perm(CHANGE_ITEM):
        return items.none()
    if user.has_perm(PLAN):
        return items
    return items.filter(Q(owner=user) | Q(component__in=granted_components(user)))


def may_change_work_item(*, user: User, item: WorkItem) -> bool:
    """Say whether a person may change one work item. No query for whoever plans, and for the owner."""
    if not user.has_perm(CHANGE_ITEM):
        return False
    if user.has_perm(PLAN) or item.owner_id == user.pk:
        return True
    return item.component_id is not None and granted_components(user).filter(pk=item.component_id).exists()
