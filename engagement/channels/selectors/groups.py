"""How far the messages of a campaign are."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Sum

from engagement.channels.models import GroupCount


def progress(group_id: UUID) -> Mapping[str, int]:
    """Return how many messages of a group are in each state; states without any are left out.

    Exact: a trigger counts every write (see ``GroupCount``). One query over a few dozen rows, whatever the size of
    the group.
    """
    return progress_of([group_id])[group_id]


def progress_of(group_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Return the same for several groups, in one query."""
    found: dict[UUID, dict[str, int]] = {key: {} for key in group_ids}
    rows = GroupCount.objects.filter(group_id__in=group_ids).values("group_id", "state").order_by("group_id", "state")
    for group_id, state, total in rows.annotate(total=Sum("delta")).values_list("group_id", "state", "total"):
        if total:
            found[group_id][state] = total
    return found
