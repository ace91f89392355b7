"""What the operating model keeps: its answers by day, targets, waivers, what people believe, what it is worth."""

from engagement.operations.models.answer import Answer, Outcome
from engagement.operations.models.claim import Claim
from engagement.operations.models.steering import AreaOwner, Target, Waiver
from engagement.operations.models.value import ValueEntry, ValueSignature

__all__ = ["Answer", "AreaOwner", "Claim", "Outcome", "Target", "ValueEntry", "ValueSignature", "Waiver"]
