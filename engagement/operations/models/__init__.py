"""What the operating model keeps: answers by day, targets, waivers, beliefs, value; the blueprint and the plan."""

from engagement.operations.models.adoption import (
    AdoptionCount,
    Announcement,
    AnnouncementReceipt,
    Champion,
    Objection,
    OnboardingTick,
    Training,
    TrainingCompletion,
    Win,
)
from engagement.operations.models.answer import Answer, Outcome
from engagement.operations.models.blueprint import BlueprintVersion, Component, Layer, Link
from engagement.operations.models.capability import UseCasePlan
from engagement.operations.models.claim import Claim
from engagement.operations.models.comment import Comment
from engagement.operations.models.plan import Milestone, MilestoneChange, Risk, WorkItem
from engagement.operations.models.requirement import Requirement, RequirementWaiver
from engagement.operations.models.steering import AreaOwner, Target, Waiver
from engagement.operations.models.value import ValueEntry, ValueSignature
from engagement.operations.models.workshop import Workshop, WorkshopParticipant, WorkshopScore

__all__ = [
    "AdoptionCount",
    "Announcement",
    "AnnouncementReceipt",
    "Answer",
    "AreaOwner",
    "BlueprintVersion",
    "Champion",
    "Claim",
    "Comment",
    "Component",
    "Layer",
    "Link",
    "Milestone",
    "MilestoneChange",
    "Objection",
    "OnboardingTick",
    "Outcome",
    "Requirement",
    "RequirementWaiver",
    "Risk",
    "Target",
    "Training",
    "TrainingCompletion",
    "UseCasePlan",
    "ValueEntry",
    "ValueSignature",
    "Waiver",
    "Win",
    "WorkItem",
    "Workshop",
    "WorkshopParticipant",
    "WorkshopScore",
]
