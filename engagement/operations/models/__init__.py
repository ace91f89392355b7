"""What the operating model keeps: its answers by day, targets, waivers, what people believe."""

from engagement.operations.models.answer import Answer, Outcome
from engagement.operations.models.claim import Claim
from engagement.operations.models.steering import AreaOwner, Target, Waiver

__all__ = ["Answer", "AreaOwner", "Claim", "Outcome", "Target", "Waiver"]
