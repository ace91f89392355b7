"""Every table in which a person's data can stand is in the export and the erasure, or it is said here why not."""

import pytest
from django.apps import apps
from django.db import models

from engagement.profiles.models import Identity, Profile
from engagement.profiles.rights import holdings, sweeping

# Named like an address of somebody, or like what somebody said. Such a field makes its table one to be looked at.
TELLING = (
    *("address", "email", "phone", "recipient", "sender", "customer", "profile", "person", "member", "text", "body"),
    *("words", "name", "title", "summary", "excerpt", "evidence", "payload", "data", "values", "detail", "reason"),
)
# Tables of which some field is named like that, and that hold nothing of a customer all the same.
NOTHING_OF_THEIRS = {
    "Our own people, and what they may do": {
        *("village.user", "village.department", "village.role", "village.permissionoffer", "village.user_groups"),
        *("village.user_departments", "village.user_user_permissions", "api.apitoken", "ui.shortcutkey"),
    },
    "Our own channels, queues, spaces and how they are set": {
        *("engagement_channels.channel", "engagement_channels.imapcursor", "engagement_channels.group"),
        *("conversations.queue", "conversations.queue_channels", "conversations.label", "community.space"),
        "engagement_channels.groupcount",
        *("engagement_channels.allowance", "conversations.conversationcount", "profiles.attributedefinition"),
        *("engagement_channels.channeltest", "events.lease"),
    },
    "Our own texts, their approvals, campaigns and segments: the sweep looks for addresses in what may be changed": {
        *("content.template", "content.draft", "content.revision", "content.variant", "campaigns.campaign"),
        *("campaigns.segment", "collaboration.approvalrequest", "collaboration.approvaldecision"),
        *("engagement_channels.signupform", "engagement_channels.signuptext"),
        *("collaboration.approvalwaiver", "collaboration.approvalcomment", "collaboration.notificationpreference"),
    },
    "Files of block lists: gone once they are read, what stays are counts and the places of lines": {
        "profiles.blocklistfile",
    },
    "Figures and claims of ours": {
        *("operations.answer", "operations.claim", "operations.target", "operations.waiver", "operations.areaowner"),
        *("operations.valueentry", "operations.valuesignature"),
    },
    "Our own blueprint, requirements, plan and adoption: the sweep looks for addresses in what may be changed": {
        *("operations.component", "operations.blueprintversion", "operations.requirement"),
        *("operations.requirementwaiver", "operations.milestone", "operations.milestonechange", "operations.workitem"),
        *("operations.risk", "operations.comment", "operations.announcement", "operations.announcementreceipt"),
        *("operations.champion", "operations.objection", "operations.onboardingtick", "operations.training"),
        *("operations.trainingcompletion", "operations.win", "operations.workshop", "operations.workshopparticipant"),
    },
    "Rules of law for places": {"engagement_channels.jurisdiction", "engagement_channels.rulesheet"},
    "Companies are no people; who works there is registered": {
        *("profiles.company", "profiles.companydomain", "profiles.savedmapping", "profiles.mergelook"),
    },
    "Keys and times, and a hash of a delivery or an address": {
        "engagement_channels.softbounce",
        *("engagement_channels.raweventkey", "conversations.readmark", "community.inboxreply", "community.ideachange"),
        *("community.space_volunteers",),
    },
}
LISTED = {label for labels in NOTHING_OF_THEIRS.values() for label in labels}
OURS = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in sweeping.OURS]


def is_telling(model: type[models.Model]) -> bool:
    """Whether a person's data may stand in a table: it points at one, or a field is named like it."""
    fields = model._meta.local_concrete_fields
    points = any(field.is_relation and field.related_model in (Profile, Identity) for field in fields)
    named = any(word in field.name for field in fields for word in TELLING)
    return points or named or any(isinstance(field, models.BinaryField | models.FileField) for field in fields)


def test_every_table_of_people_is_registered_or_listed():
    covered = holdings.covered()
    left_out = {one._meta.label_lower for one in OURS if is_telling(one) and one not in covered} - LISTED
    assert left_out == set(), "register them (docs/rights.md), or say above why they hold nothing of a customer"


def test_what_is_listed_exists_and_is_not_registered():
    labels = {model._meta.label_lower for model in OURS}
    registered = {model._meta.label_lower for model in holdings.covered()}
    assert LISTED - labels <= {"ui.shortcutkey"}
    assert LISTED & registered == set()


def test_whatever_points_at_a_person_is_registered():
    for model in OURS:
        for field in model._meta.local_concrete_fields:
            if field.is_relation and field.related_model in (Profile, Identity):
                assert model in holdings.covered(), f"{model._meta.label}.{field.name}"


@pytest.mark.parametrize("holding", holdings.registered(), ids=lambda holding: holding.name)
def test_what_is_not_exported_or_not_erased_says_why(holding):
    if holding.row is None or holding.erase is None:
        assert holding.why
    assert holding.name.count(".") == 1


def test_what_the_sweep_leaves_says_why_and_exists():
    labels = {model._meta.label_lower for model in apps.get_models(include_auto_created=True)}
    for place, why in sweeping.UNSWEPT.items():
        assert why
        assert ".".join(place.split(".")[:2]) in labels, place


def test_stored_bytes_are_known_to_the_sweep():
    binary = {f"{m._meta.label_lower}.{f.name}" for m in OURS for f in m._meta.local_concrete_fields if _is_binary(f)}
    holdings_of_bytes = {"events.outboxevent.payload", "api.keptanswer.body", "engagement_channels.caughtmail.body"}
    assert binary - holdings_of_bytes - set(sweeping.UNSWEPT) == set()


def _is_binary(field: models.Field) -> bool:
    return isinstance(field, models.BinaryField)
