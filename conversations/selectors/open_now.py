"""What is open around one conversation: a handoff that waits, tasks, who coordinates."""

from collections.abc import Sequence
from dataclasses import dataclass

from collaboration.models import Coordination, Handoff, Task
from collaboration.selectors import coordination, work
from collaboration.selectors.around import Around, around
from conversations.actions.read import SUBJECT
from conversations.models import Conversation
from engagement.village.models import Department, User

MANY = 3  # departments that deal with one customer, from which on somebody should coordinate


@dataclass(frozen=True, slots=True)
class OpenNow:
    """``departments`` are those that deal with the customer; ``coordinator`` is who keeps them together."""

    handoff: Handoff | None
    tasks: Sequence[Task]
    departments: Sequence[Department]
    coordinator: Coordination | None
    may_open: bool  # the handoff's own page

    @property
    def wants_coordinator(self) -> bool:
        """Several departments deal with this customer, and nobody keeps them together."""
        return self.coordinator is None and len(self.departments) >= MANY


@dataclass(frozen=True, slots=True)
class Offer:
    """A handoff that waits, and what the reader may do with it."""

    handoff: Handoff
    may_answer: bool
    may_withdraw: bool


def there_is(conversation: Conversation) -> Around:
    """Return the keys of what is open around a conversation. One query."""
    return around(
        subject_type=SUBJECT,
        subject_id=conversation.pk,
        profile_id=conversation.profile.canonical_id or conversation.profile_id,
    )


def open_now(conversation: Conversation, reader: User, there: Around) -> OpenNow:
    """Return what is open. One query where there is nothing, at most six."""
    handoff = work.handoff(there.handoff) if there.handoff else None
    present = conversation.queue.department_id
    return OpenNow(
        handoff=handoff,
        may_open=handoff is not None
        and reader.has_perm("collaboration.view_handoff")
        and Handoff.objects.visible_to(reader).filter(pk=handoff.pk).exists(),
        tasks=work.of_subject(subject_type=SUBJECT, subject_id=conversation.pk) if there.has_tasks else [],
        departments=coordination.departments({*there.departments, *([present] if present else [])}),
        coordinator=coordination.coordination(there.coordination) if there.coordination else None,
    )


def offer_of(reader: User, there: Around) -> Offer | None:
    """Return the handoff that waits for an answer. No query, or two when there is one."""
    if there.offer is None:
        return None
    found = work.handoff(there.offer)
    is_theirs = Department.objects.filter(people=reader, pk=found.to_department_id).exists()
    may_change = reader.has_perm("collaboration.change_handoff")
    return Offer(
        handoff=found,
        may_answer=may_change and (is_theirs or reader.is_superuser),
        may_withdraw=may_change and found.offered_by_id == reader.pk,
    )
