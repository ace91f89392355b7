"""The customer: profile and addresses, what is known of them, what they agreed to, what is being sold to them."""

from engagement.profiles.models.attribute import AttributeDefinition
from engagement.profiles.models.block_list_file import BlockListFile
from engagement.profiles.models.company import Company, CompanyDomain, Employment, Relation
from engagement.profiles.models.consent import Consent, ConsentState
from engagement.profiles.models.data_request import DataRequest, Disclosure, Erasure, LegalHold
from engagement.profiles.models.deal import Deal
from engagement.profiles.models.merge import Merge, MergeLook, MergeProposal
from engagement.profiles.models.name_word import NameWord
from engagement.profiles.models.people_import import (
    ImportChange,
    ImportChunk,
    ImportRow,
    PeopleImport,
    SavedMapping,
)
from engagement.profiles.models.profile import Identity, Plain, Profile, ProfileQuerySet
from engagement.profiles.models.suppression import Suppression

__all__ = [
    "AttributeDefinition",
    "BlockListFile",
    "Company",
    "CompanyDomain",
    "Consent",
    "ConsentState",
    "DataRequest",
    "Deal",
    "Disclosure",
    "Employment",
    "Erasure",
    "Identity",
    "ImportChange",
    "ImportChunk",
    "ImportRow",
    "LegalHold",
    "Merge",
    "MergeLook",
    "MergeProposal",
    "NameWord",
    "PeopleImport",
    "Plain",
    "Profile",
    "ProfileQuerySet",
    "Relation",
    "SavedMapping",
    "Suppression",
]
