"""Handoffs: work that one department gives to another. A kind of subject registers itself (``kinds``)."""

from collaboration.handoffs.answering import accept, bounce, withdraw
from collaboration.handoffs.completing import complete_for
from collaboration.handoffs.errors import (
    AlreadyAnswered,
    AlreadyOffered,
    GoesInCircles,
    HandoffRefused,
    MissingReason,
    MissingSummary,
    NobodyThere,
    NotForYou,
)
from collaboration.handoffs.offering import offer

__all__ = [
    "AlreadyAnswered",
    "AlreadyOffered",
    "GoesInCircles",
    "HandoffRefused",
    "MissingReason",
    "MissingSummary",
    "NobodyThere",
    "NotForYou",
    "accept",
    "bounce",
    "complete_for",
    "offer",
    "withdraw",
]
