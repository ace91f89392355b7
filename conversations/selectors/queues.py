"""The queues that a person works, and whether a conversation stands in one: for pages that ask for it each time."""

from typing import Any

from conversations.models import Queue
from conversations.models.queue import WORKED_BY
from engagement import statements
from engagement.village.models import User

_WORKED_BY = WORKED_BY.replace("%s", "%(reader)s")
# For statements over conversations; `reader` gives its values. The same as ``Conversation.objects.visible_to``.
VISIBLE = f"(%(reads_all)s OR conversations_conversation.queue_id IN ({_WORKED_BY}))"
OF_WORKED = f"(%(reads_all)s OR queue_id IN ({_WORKED_BY}))"  # the same for a table with one ``queue_id``
_WORKED = f"WHERE %(reads_all)s OR key IN ({_WORKED_BY}) ORDER BY position, engagement_sort_key(name), key"


def queues_of(user: User) -> list[Queue]:
    """Return the queues that the person works, in their order: ``Queue.objects.worked_by``, by a prepared statement."""
    return statements.select(Queue, _WORKED, reader(user))


def reader(user: User) -> dict[str, Any]:
    """Return the values that VISIBLE needs."""
    return {"reader": user.pk if user.is_active else None, "reads_all": user.is_active and user.is_superuser}
