"""What happened in the community."""

from datetime import datetime
from uuid import UUID

from engagement.events.catalogue.base import Event


class MemberJoined(Event, frozen=True, kw_only=True):
    """A customer signed in to the community for the first time."""

    name = "community.member_joined"
    member_id: UUID
    profile_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"member:{self.member_id}"


class TopicOpened(Event, frozen=True, kw_only=True):
    """A topic is there for everybody who may read its space. ``kind`` is question, idea, discussion or review."""

    name = "community.topic_opened"
    topic_id: UUID
    space_id: UUID
    profile_id: UUID
    kind: str
    at: datetime

    @property
    def subject(self) -> str:
        return f"topic:{self.topic_id}"


class PostPublished(Event, frozen=True, kw_only=True):
    """A post is there for everybody who may read its topic. ``profile_id`` is empty for one of the house."""

    name = "community.post_published"
    post_id: UUID
    topic_id: UUID
    kind: str
    profile_id: UUID | None
    staff_id: UUID | None
    at: datetime

    @property
    def subject(self) -> str:
        return f"topic:{self.topic_id}"


class PostHeld(Event, frozen=True, kw_only=True):
    """The rules, or many reports, hold a post back until a person has read it."""

    name = "community.post_held"
    post_id: UUID
    topic_id: UUID
    score: int
    at: datetime

    @property
    def subject(self) -> str:
        return f"topic:{self.topic_id}"


class PostFlagged(Event, frozen=True, kw_only=True):
    """A member reported a post."""

    name = "community.post_flagged"
    post_id: UUID
    topic_id: UUID
    reason: str
    at: datetime

    @property
    def subject(self) -> str:
        return f"topic:{self.topic_id}"


class PostApproved(Event, frozen=True, kw_only=True):
    """A moderator read a post and lets it stand. ``was_held``: it was out of sight until now."""

    name = "community.post_approved"
    post_id: UUID
    topic_id: UUID
    actor_id: UUID | None
    was_held: bool
    at: datetime

    @property
    def subject(self) -> str:
        return f"topic:{self.topic_id}"


class PostHidden(Event, frozen=True, kw_only=True):
    """A moderator took a post out of sight."""

    name = "community.post_hidden"
    post_id: UUID
    topic_id: UUID
    removal_id: UUID
    reason: str
    actor_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"topic:{self.topic_id}"


class AppealMade(Event, frozen=True, kw_only=True):
    """The author asks that another moderator looks at a removal."""

    name = "community.appeal_made"
    appeal_id: UUID
    post_id: UUID
    topic_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"topic:{self.topic_id}"


class AppealDecided(Event, frozen=True, kw_only=True):
    """Another moderator decided: ``upheld`` says that the removal stands."""

    name = "community.appeal_decided"
    appeal_id: UUID
    post_id: UUID
    topic_id: UUID
    upheld: bool
    actor_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"topic:{self.topic_id}"


class AnswerAccepted(Event, frozen=True, kw_only=True):
    """An answer solved a question."""

    name = "community.answer_accepted"
    topic_id: UUID
    post_id: UUID
    by_asker: bool
    at: datetime

    @property
    def subject(self) -> str:
        return f"topic:{self.topic_id}"


class IdeaChanged(Event, frozen=True, kw_only=True):
    """An idea has another status: new, planned, started, done or declined."""

    name = "community.idea_changed"
    change_id: UUID
    topic_id: UUID
    before: str
    after: str
    actor_id: UUID
    at: datetime

    @property
    def subject(self) -> str:
        return f"topic:{self.topic_id}"


class PostEscalated(Event, frozen=True, kw_only=True):
    """A post is on its way to the inbox. ``cause`` is moderator, rule or member."""

    name = "community.post_escalated"
    escalation_id: UUID
    post_id: UUID
    topic_id: UUID
    cause: str
    at: datetime

    @property
    def subject(self) -> str:
        return f"topic:{self.topic_id}"
