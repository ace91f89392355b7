"""Approvals of anything: a kind registers itself (``kinds``), then asks, is decided on, and is void when it changes."""

from collaboration.approvals.asking import request, withdraw
from collaboration.approvals.deciding import decide
from collaboration.approvals.errors import (
    AlreadyDecided,
    ApprovalRefused,
    Contributed,
    MissingReason,
    NotAReviewer,
    RuleStandsAgainst,
    SelfApproval,
    SubjectChanged,
)
from collaboration.approvals.granted import approved, revoked
from collaboration.approvals.revoking import NothingToRevoke, register_follower, revoke_approval
from collaboration.approvals.voiding import void

__all__ = [
    "AlreadyDecided",
    "ApprovalRefused",
    "Contributed",
    "MissingReason",
    "NotAReviewer",
    "NothingToRevoke",
    "RuleStandsAgainst",
    "SelfApproval",
    "SubjectChanged",
    "approved",
    "decide",
    "register_follower",
    "request",
    "revoke_approval",
    "revoked",
    "void",
    "withdraw",
]
