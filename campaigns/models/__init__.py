"""Segments, campaigns, and who gets them."""

from campaigns.models.campaign import Campaign
from campaigns.models.recipient import Recipient
from campaigns.models.segment import Segment

__all__ = ["Campaign", "Recipient", "Segment"]
