"""Every event that one app may learn from another. A change here is a decision: the payloads are snapshotted.

Times are aware datetimes in UTC. ``subject`` names what the event is about; events of one subject are delivered
in the order in which they were published. One module for each app that publishes.
"""

from engagement.events.catalogue.base import CATALOGUE, Event
from engagement.events.catalogue.campaigns import (
    CampaignAnswered,
    CampaignChanged,
)
from engagement.events.catalogue.channels import (
    AttachmentReference,
    DeliveryReported,
    GroupHeld,
    InboundFailed,
    MessageReceived,
    OptInChanged,
    Person,
)
from engagement.events.catalogue.collaboration import (
    ApprovalCommented,
    ApprovalDecided,
    ApprovalOverdue,
    ApprovalRequested,
    ApprovalVoided,
    HandoffChanged,
    PersonNoted,
    TaskChanged,
)
from engagement.events.catalogue.community import (
    AnswerAccepted,
    AppealDecided,
    AppealMade,
    IdeaChanged,
    MemberJoined,
    PostApproved,
    PostEscalated,
    PostFlagged,
    PostHeld,
    PostHidden,
    PostPublished,
    TopicOpened,
)
from engagement.events.catalogue.content import (
    RevisionSaved,
)
from engagement.events.catalogue.conversations import (
    ConversationChanged,
    ConversationOpened,
    MessageThreaded,
    NoteWritten,
    ReplyTakenBack,
    ReplyWritten,
)
from engagement.events.catalogue.profiles import (
    AttributeChanged,
    CompanyChanged,
    ConsentChanged,
    DataRequestChanged,
    DealChanged,
    EmploymentChanged,
    IdentityChanged,
    LegalHoldChanged,
    MergeUndone,
    PeopleImported,
    ProfileChanged,
    ProfileCreated,
    ProfileErased,
    ProfilesMerged,
    RelationChanged,
    Suppressed,
)
from engagement.events.catalogue.village import (
    SessionsEnded,
)

__all__ = [
    "CATALOGUE",
    "AnswerAccepted",
    "AppealDecided",
    "AppealMade",
    "ApprovalCommented",
    "ApprovalDecided",
    "ApprovalOverdue",
    "ApprovalRequested",
    "ApprovalVoided",
    "AttachmentReference",
    "AttributeChanged",
    "CampaignAnswered",
    "CampaignChanged",
    "CompanyChanged",
    "ConsentChanged",
    "ConversationChanged",
    "ConversationOpened",
    "DataRequestChanged",
    "DealChanged",
    "DeliveryReported",
    "EmploymentChanged",
    "Event",
    "GroupHeld",
    "HandoffChanged",
    "IdeaChanged",
    "IdentityChanged",
    "InboundFailed",
    "LegalHoldChanged",
    "MemberJoined",
    "MergeUndone",
    "MessageReceived",
    "MessageThreaded",
    "NoteWritten",
    "OptInChanged",
    "PeopleImported",
    "Person",
    "PersonNoted",
    "PostApproved",
    "PostEscalated",
    "PostFlagged",
    "PostHeld",
    "PostHidden",
    "PostPublished",
    "ProfileChanged",
    "ProfileCreated",
    "ProfileErased",
    "ProfilesMerged",
    "RelationChanged",
    "ReplyTakenBack",
    "ReplyWritten",
    "RevisionSaved",
    "SessionsEnded",
    "Suppressed",
    "TaskChanged",
    "TopicOpened",
]
