"""Segments, campaigns, and who gets them."""

from campaigns.models.campaign import Campaign
from campaigns.models.recipient import Recipient
from campaigns.models.segment import Segment
from campaigns.models.universal_holdout import UniversalHoldout

__all__ = ["Campaign", "Recipient", "Segment", "UniversalHoldout"]
