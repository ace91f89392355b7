"""What happened among colleagues."""

from datetime import datetime
from uuid import UUID

from engagement.events.catalogue.base import Event


class ApprovalRequested(Event, frozen=True, kw_only=True):
    """Somebody asked that a subject be approved as it stands, or the next step of its approval began."""

    name = "collaboration.approval_requested"
    request_id: UUID
    kind: str
    subject_id: UUID
    content_hash: str
    requester_id: UUID
    step: int
    at: datetime

    @property
    def subject(self) -> str:
        return f"approval:{self.request_id}"


class ApprovalDecided(Event, frozen=True, kw_only=True):
    """One reviewer decided. ``state`` is what the request is now: open (others must decide too), approved, refused."""

    name = "collaboration.approval_decided"
    request_id: UUID
    kind: str
    subject_id: UUID
    content_hash: str
    reviewer_id: UUID
    verdict: str
    state: str
    at: datetime

    @property
    def subject(self) -> str:
        return f"approval:{self.request_id}"


class ApprovalVoided(Event, frozen=True, kw_only=True):
    """A request or an approval counts no more. ``state`` says why: void (changed), withdrawn, expired,
    revoked (the approval was taken back).
    """

    name = "collaboration.approval_voided"
    request_id: UUID
    kind: str
    subject_id: UUID
    content_hash: str
    state: str
    actor_id: UUID | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"approval:{self.request_id}"


class TaskChanged(Event, frozen=True, kw_only=True):
    """A task was made, reassigned, rescheduled, done, cancelled, reopened, reminded of or escalated (``change``)."""

    name = "collaboration.task_changed"
    task_id: UUID
    change: str
    assignee_id: UUID | None
    department_id: UUID | None
    subject_type: str
    subject_id: UUID | None
    actor_id: UUID | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"task:{self.task_id}"


class HandoffChanged(Event, frozen=True, kw_only=True):
    """A handoff was offered, accepted, bounced, withdrawn or completed (``change``)."""

    name = "collaboration.handoff_changed"
    handoff_id: UUID
    change: str
    subject_type: str
    subject_id: UUID
    profile_id: UUID | None
    from_department_id: UUID | None
    to_department_id: UUID
    actor_id: UUID | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"handoff:{self.handoff_id}"


class ApprovalOverdue(Event, frozen=True, kw_only=True):
    """A request's deadline passed without a decision."""

    name = "collaboration.approval_overdue"
    request_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"approval:{self.request_id}"


class ApprovalCommented(Event, frozen=True, kw_only=True):
    """Somebody said something about a request."""

    name = "collaboration.approval_commented"
    request_id: UUID
    comment_id: UUID
    author_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"approval:{self.request_id}"


class PersonNoted(Event, frozen=True, kw_only=True):
    """A colleague left a note about a customer that belongs to no conversation."""

    name = "collaboration.person_noted"
    profile_id: UUID
    note_id: UUID
    author_id: UUID
    mentioned_ids: list[UUID]
    at: datetime

    @property
    def subject(self) -> str:
        return f"profile:{self.profile_id}"
