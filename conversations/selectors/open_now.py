"""What is open around one conversation: a handoff that waits, tasks, who coordinates."""

from collections.abc import Sequence
from dataclasses import dataclass

from collaboration.models import Coordination, Handoff, Task
from collaboration.selectors import coordination, work
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


def open_now(conversation: Conversation, reader: User) -> OpenNow:
    """Return what is open. At most eight queries."""
    profile = conversation.profile.canonical_id or conversation.profile_id
    handoff = work.last_handoff(subject_type=SUBJECT, subject_id=conversation.pk)
    return OpenNow(
        handoff=handoff,
        may_open=handoff is not None
        and reader.has_perm("collaboration.view_handoff")
        and Handoff.objects.visible_to(reader).filter(pk=handoff.pk).exists(),
        tasks=work.of_subject(subject_type=SUBJECT, subject_id=conversation.pk),
        departments=coordination.departments_of(profile, conversation.queue.department_id),
        coordinator=coordination.coordinator_of(profile),
    )


def offer_of(conversation: Conversation, reader: User) -> Offer | None:
    """Return the handoff of a conversation that waits for an answer. One query, or two when there is one."""
    waiting = Handoff.objects.offered().filter(subject_type=SUBJECT, subject_id=conversation.pk)
    found = waiting.select_related("offered_by", "from_department", "to_department").first()
    if found is None:
        return None
    is_theirs = Department.objects.filter(people=reader, pk=found.to_department_id).exists()
    may_change = reader.has_perm("collaboration.change_handoff")
    return Offer(
        handoff=found,
        may_answer=may_change and (is_theirs or reader.is_superuser),
        may_withdraw=may_change and found.offered_by_id == reader.pk,
    )
