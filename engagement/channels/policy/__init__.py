"""The policy: who may be written to, for one message and for a million in the same statement."""

from engagement.channels.policy.registries import register_approvals, register_exclusion
from engagement.channels.policy.verdict import verdict_sql

__all__ = ["register_approvals", "register_exclusion", "verdict_sql"]
