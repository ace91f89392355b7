"""Mentions, notes, approvals, tasks, handoffs, notifications."""

from collaboration.models.approval import ApprovalComment, ApprovalDecision, ApprovalRequest, ApprovalWaiver
from collaboration.models.coordination import Coordination
from collaboration.models.handoff import Handoff
from collaboration.models.mention import Mention
from collaboration.models.note import Note
from collaboration.models.notification import Notification, NotificationPreference
from collaboration.models.task import Task

__all__ = [
    "ApprovalComment",
    "ApprovalDecision",
    "ApprovalRequest",
    "ApprovalWaiver",
    "Coordination",
    "Handoff",
    "Mention",
    "Note",
    "Notification",
    "NotificationPreference",
    "Task",
]
