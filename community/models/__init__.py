"""Spaces, members, topics, posts, votes, and what moderation keeps."""

from community.models.escalation import Escalation, InboxReply
from community.models.member import Member, MemberSession, SignInLink
from community.models.moderation import Appeal, Flag, Removal, Review
from community.models.notice import Notice
from community.models.post import Post, PostVersion
from community.models.space import Space
from community.models.topic import IdeaChange, Topic, Vote, Watch

__all__ = [
    "Appeal",
    "Escalation",
    "Flag",
    "IdeaChange",
    "InboxReply",
    "Member",
    "MemberSession",
    "Notice",
    "Post",
    "PostVersion",
    "Removal",
    "Review",
    "SignInLink",
    "Space",
    "Topic",
    "Vote",
    "Watch",
]
