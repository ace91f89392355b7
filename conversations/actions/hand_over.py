"""Hand a conversation over to another department, and what it means for the conversation when it is taken."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from collaboration.handoffs import HandoffRefused, offer
from collaboration.handoffs.errors import NobodyThere, NothingToHandOver
from collaboration.handoffs.offering import an_administrator
from collaboration.models import Handoff
from collaboration.selectors.people import people_of, who_may
from conversations.actions.assign import CannotWorkHere, keep_departments, may_work
from conversations.actions.changing import changed
from conversations.actions.entries import add_event, poke_conversation
from conversations.actions.read import SUBJECT
from conversations.models import Conversation, Queue
from conversations.previews import read_preview
from conversations.selectors.people import who_work
from engagement.sorting import by_localized_name
from engagement.village.models import Department, User


@transaction.atomic
def hand_over(
    *, conversation: Conversation, queue: Queue, summary: str, actor: User, now: datetime, again: bool = False
) -> Handoff:
    """Offer a conversation to the department of another queue; it stays where it is until somebody there takes it.

    Raises HandoffRefused: no summary, offered already, a queue without a department or the present one, nobody in the
    department who works on the queue. ``again``: as in ``handoffs.offer``.
    """
    current = Conversation.objects.lock(conversation.pk)
    if queue.department is None:
        raise NothingToHandOver(_("Nobody answers for this queue. Choose one of a department."))
    if queue.pk == current.queue_id:
        raise NothingToHandOver(_("It is in this queue already."))
    able = who_may("collaboration.change_handoff").filter(pk__in=who_work(queue).order_by().values("pk"))
    if not people_of([queue.department]).filter(pk__in=able.order_by().values("pk")).exists():
        raise NobodyThere(queue.department, an_administrator())
    profile = current.profile
    return offer(
        subject_type=SUBJECT,
        subject_id=current.pk,
        profile_id=profile.canonical_id or profile.pk,
        summary=summary,
        facts=known_of(current),
        from_department=current.queue.department or _department_of(actor),
        to_department=queue.department,
        place_id=queue.pk,
        place_name=[queue.name, queue.name_pt or queue.name],
        actor=actor,
        now=now,
        again=again,
    )


def known_of(conversation: Conversation) -> list[tuple[str, str]]:
    """Return what is known of a conversation, as (name, value); the names are translated when they are shown."""
    facts = [
        (gettext_noop("Subject"), conversation.title),
        (gettext_noop("Reached us at"), conversation.channel.address),
        (gettext_noop("Answered at"), conversation.endpoint.address),
        (gettext_noop("Last words"), read_preview(conversation.preview)),
    ]
    return [(name, value) for name, value in facts if value]


def _department_of(actor: User) -> Department | None:
    return actor.departments.order_by(*by_localized_name()).first()


def take(handoff: Handoff, person: User, now: datetime) -> None:
    """Move the conversation of a handoff that ``person`` takes into its queue and their hands.

    Raises HandoffRefused when the queue is gone, or when they may not work there.
    """
    current = Conversation.objects.lock(handoff.subject_id)
    before, assignee = current.queue, current.assignee_id
    queue = Queue.objects.filter(pk=handoff.place_id).first() if handoff.place_id else None
    if queue is None:
        raise HandoffRefused(_("The queue that it was offered to is gone. Send it back."))
    if not may_work(person, queue.pk):
        raise HandoffRefused(str(CannotWorkHere(person)))
    current.queue, current.assignee = queue, person
    keep_departments(current, before)
    topics = (f"queue:{before.pk}", *(f"user:{key}" for key in (assignee, person.pk) if key))
    changed(current, change="queued", fields=["queue", "assignee"], actor=person, now=now, topics=topics)


def tell(handoff: Handoff, change: str, actor: User | None, now: datetime) -> None:
    """Write what happened to a handoff as a line of its conversation."""
    current = Conversation.objects.lock(handoff.subject_id)
    to = handoff.to_department
    waited = handoff.waited
    add_event(
        current,
        event=f"handoff_{change}",
        actor=actor,
        now=now,
        handoff=str(handoff.pk),
        to=[to.name, to.name_pt],
        text=handoff.bounce_reason if change == "bounced" else handoff.summary if change == "offered" else "",
        seconds=int(waited.total_seconds()) if waited is not None else None,
    )
    current.last_activity_at = max(current.last_activity_at, now)
    current.save(update_fields=["message_seq", "last_activity_at"])
    poke_conversation(current)
