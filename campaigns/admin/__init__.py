"""Segments and campaigns in the administration: where marketers make them. Each save is in the audit trail."""

from campaigns.admin.campaigns import CampaignAdmin
from campaigns.admin.segments import SegmentAdmin
from campaigns.admin.universal_holdout import UniversalHoldoutAdmin

__all__ = ["CampaignAdmin", "SegmentAdmin", "UniversalHoldoutAdmin"]
