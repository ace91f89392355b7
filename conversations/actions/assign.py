"""Who answers a conversation, and in which queue it stands."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.actions.changing import changed
from conversations.actions.entries import add_event
from conversations.actions.snapshot import difference, state_of
from conversations.models import Conversation, Message, Queue
from engagement.village.models import User


class CannotWorkHere(ValueError):
    """The person has no access to the conversation's queue; the message is a sentence that names them."""

    def __init__(self, person: User) -> None:
        super().__init__(_("%(name)s has no access to this queue.") % {"name": person})
        self.person = person


class AlreadyAssigned(ValueError):
    """Somebody else got the conversation meanwhile; the message is a sentence that names them."""

    def __init__(self, person: User) -> None:
        super().__init__(_("%(name)s got this conversation meanwhile. It stays with them.") % {"name": person})
        self.person = person


@transaction.atomic
def assign(
    *, conversation: Conversation, assignee: User | None, actor: User, now: datetime, seen: str | None = None
) -> Conversation:
    """Give a conversation to a colleague who works in its queue, or to nobody. Safe to repeat.

    ``seen``: the id of the assignee that was shown, empty for nobody; None when nothing was shown.
    Raises CannotWorkHere, AlreadyAssigned when it is somebody else's by now.
    """
    current = Conversation.objects.lock(conversation.pk)
    if current.assignee_id == (assignee.pk if assignee else None):
        return current
    if seen is not None and current.assignee is not None and seen != str(current.assignee_id):
        raise AlreadyAssigned(current.assignee)
    if assignee is not None and not may_work(assignee, current.queue_id):
        raise CannotWorkHere(assignee)
    state, before = state_of(current), current.assignee_id
    current.assignee = assignee
    to = str(assignee) if assignee else ""
    add_event(current, event="assigned", actor=actor, now=now, to=to, **difference(state, current))
    topics = tuple(f"user:{key}" for key in (before, current.assignee_id) if key)
    return changed(current, change="assigned", fields=["assignee"], actor=actor, now=now, topics=topics)


@transaction.atomic
def move(*, conversation: Conversation, queue: Queue, actor: User, now: datetime) -> Conversation:
    """Put a conversation into another queue; an assignee who does not work there loses it. Safe to repeat."""
    current = Conversation.objects.lock(conversation.pk)
    if current.queue_id == queue.pk:
        return current
    state = state_of(current)
    before, current.queue = current.queue, queue
    keep_departments(current, before)
    assignee = current.assignee
    if assignee is not None and not may_work(assignee, queue.pk):
        current.assignee = None
    add_event(
        current,
        event="moved",
        actor=actor,
        now=now,
        origin=[before.name, before.name_pt or before.name],
        to=[queue.name, queue.name_pt or queue.name],
        **difference(state, current),
    )
    topics = (f"queue:{before.pk}", *((f"user:{assignee.pk}",) if assignee else ()))
    return changed(current, change="queued", fields=["queue", "assignee"], actor=actor, now=now, topics=topics)


def keep_departments(conversation: Conversation, before: Queue) -> None:
    """Let what was said stay with the department of the queue that a conversation leaves: it was said there."""
    if before.department_id is not None:
        said = Message.objects.filter(conversation=conversation, department=None).exclude(kind=Message.Kind.EVENT)
        said.update(department=before.department_id)


def may_work(person: User, queue_key: UUID) -> bool:
    """Say whether the person may work on the conversations of a queue."""
    return Queue.objects.worked_by(person).filter(pk=queue_key).exists()
