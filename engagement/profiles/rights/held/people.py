"""Profiles, addresses, what is known of a person, what they agreed to, what is being sold to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from engagement.profiles.models import (
    Consent,
    ConsentState,
    DataRequest,
    Deal,
    Disclosure,
    Employment,
    Erasure,
    Identity,
    LegalHold,
    Merge,
    MergeProposal,
    NameWord,
    Profile,
    Relation,
    Suppression,
)
from engagement.profiles.rights import appended
from engagement.profiles.rights.holdings import ERASED, Holding, blanked, fields, gone
from engagement.profiles.rights.subjects import Subject
from engagement.profiles.suppression import address_hash

EARLY, LATE = 20, 900  # addresses go first, so that nobody is found by them; requests last
_ALONE = """
SELECT one.id FROM profiles_nameword one
WHERE one.word = ANY(
    SELECT unnest(profiles_words(said)) FROM unnest(%s::text[]) AS given (said) UNION
    SELECT unnest(profiles_found_by(name, tags::text[])) FROM profiles_profile WHERE key = ANY(%s::uuid[])
) AND NOT EXISTS (
    SELECT FROM profiles_profile other
    WHERE profiles_found_by(other.name, other.tags::text[]) @> ARRAY[one.word::text] AND other.key <> ALL(%s::uuid[])
)
"""
_KNOWN = ("name", "language", "time_zone", "country", "place", "lifecycle", "tags", "attributes")


def _profiles(subject: Subject) -> QuerySet[Profile]:
    return Profile.objects.filter(pk__in=subject.family).order_by("key")


def _erase_profiles(rows: QuerySet[Profile], subject: Subject, now: datetime) -> int:
    blank: dict[str, Any] = dict.fromkeys(("name", "language", "time_zone", "country", "place", "lifecycle"), "")
    blank |= {
        "tags": [],
        "attributes": {},
        "attributes_at": {},
        "owner": None,
        "last_heard_at": None,
        "last_written_at": None,
        "heard_itself_at": None,
        "written_itself_at": None,
    }
    changed = blanked(**blank)(rows, subject, now)
    rows.filter(erased_at=None).update(erased_at=now)
    return changed


def _erase_identities(rows: QuerySet[Identity], subject: Subject, now: datetime) -> int:
    """Each keeps its row, since conversations point at it, under a name that is nobody's."""
    changed = 0
    for identity in rows.exclude(address=ERASED):
        identity.address, identity.address_norm, identity.scope = ERASED, f"erased:{identity.key.hex}", ""
        identity.alias, identity.leads, identity.preferred, identity.evidence = "", False, False, {}
        identity.valid_to, identity.verified_at = identity.valid_to or now, None
        identity.save()
        changed += 1
    return changed


def _suppressions(subject: Subject) -> QuerySet[Suppression]:
    hashes = [address_hash(kind, norm) for kind, norm in subject.reached_at]
    return Suppression.objects.filter(address_hash__in=hashes).order_by("key")


def _is_merged(one: Profile) -> bool:
    return one.canonical_id is not None


def _consent(line: Consent) -> Mapping[str, Any]:
    shown = fields("channel", "purpose", "granted", "basis", "source", "evidence", "at", "expires_at")(line)
    return {**shown, "written_by_us": line.actor_id is not None}


def _request(row: DataRequest) -> Mapping[str, Any]:
    names = ("kind", "law", "via", "words", "received_at", "due_at", "state", "verified_how", "answer", "closed_at")
    return fields(*names)(row)


def _words(subject: Subject) -> QuerySet[NameWord]:
    """The words of their names and their tags that nobody else is called by or has."""
    family = list(subject.family)
    given = [list(subject.names), family, family]
    return NameWord.objects.filter(pk__in=RawSQL(_ALONE, given)).order_by("pk")  # noqa: S611 - a constant and its values


HOLDINGS = (
    Holding(
        name="profiles.identities",
        label=_("Your addresses"),
        model=Identity,
        find=lambda subject: Identity.objects.filter(profile_id__in=subject.family).order_by("key"),
        row=fields("kind", "scope", "address", "verified_at", "preferred", "valid_from", "valid_to"),
        erase=_erase_identities,
        order=EARLY,
    ),
    Holding(
        name="profiles.profiles",
        label=_("What we know of you"),
        model=Profile,
        find=_profiles,
        row=fields(*_KNOWN, "last_heard_at", "last_written_at", "created_at", put_into_another=_is_merged),
        erase=_erase_profiles,
        order=EARLY + 1,
    ),
    Holding(
        name="profiles.name_words",
        label=_("Words of your name"),
        model=NameWord,
        find=_words,
        erase=gone,
        order=EARLY,  # while the tags are there
        why="Not in the export: a list of words, in which nobody can see whose they are.",
    ),
    Holding(
        name="profiles.consents",
        label=_("What you agreed to, with the evidence"),
        model=Consent,
        find=lambda subject: Consent.objects.filter(profile_id__in=subject.family).order_by("at", "key"),
        row=_consent,
        erase=appended.erase_consents,
    ),
    Holding(
        name="profiles.consent_states",
        label=_("What you agree to now"),
        model=ConsentState,
        find=lambda subject: ConsentState.objects.filter(profile_id__in=subject.family).order_by("channel", "purpose"),
        row=fields("channel", "purpose", "granted", "basis", "since", "expires_at"),
        erase=gone,
    ),
    Holding(
        name="profiles.suppressions",
        label=_("Addresses of yours that are not written to"),
        model=Suppression,
        find=_suppressions,
        row=fields("kind", "purpose", "reason", "source", "starts_at", "ends_at"),
        why="A keyed hash that cannot be turned back: it keeps the person from being written to or brought in again.",
    ),
    Holding(
        name="profiles.deals",
        label=_("Deals with you"),
        model=Deal,
        find=lambda subject: Deal.objects.filter(profile_id__in=subject.family).order_by("key"),
        row=fields("title", "amount", "currency", "stage", "closes_on", "created_at", "closed_at"),
        erase=blanked(title=ERASED, company_text="", company=None, reason=""),
    ),
    Holding(
        name="profiles.employments",
        label=_("Where you work"),
        model=Employment,
        find=lambda subject: (
            Employment.objects.filter(profile_id__in=subject.family).select_related("company").order_by("key")
        ),
        row=fields("position", "since", "until", company=lambda one: one.company.name),
        erase=gone,
    ),
    Holding(
        name="profiles.relations",
        label=_("Whom you belong with"),
        model=Relation,
        find=lambda subject: Relation.objects.filter(
            Q(profile_id__in=subject.family) | Q(other_id__in=subject.family)
        ).order_by("key"),
        row=fields("kind", "since", "until"),
        erase=gone,
    ),
    Holding(
        name="profiles.merges",
        label=_("Profiles of yours that were put together"),
        model=Merge,
        find=lambda subject: Merge.objects.filter(
            Q(kept_id__in=subject.family) | Q(merged_id__in=subject.family)
        ).order_by("key"),
        row=fields("at", "undone_at", "facts", "tags"),
        erase=blanked(offered={}, chosen=[], facts={}, tags=[], tags_added=[]),
    ),
    Holding(
        name="profiles.merge_proposals",
        label=_("Profiles that may be yours"),
        model=MergeProposal,
        find=lambda subject: MergeProposal.objects.filter(
            Q(low_id__in=subject.family) | Q(high_id__in=subject.family)
        ).order_by("key"),
        erase=gone,
        why="Not in the export: the other profile may be somebody else's.",
    ),
    Holding(
        name="profiles.data_requests",
        label=_("What you asked about your data"),
        model=DataRequest,
        find=lambda subject: DataRequest.objects.filter(profile_id__in=subject.family).order_by("key"),
        row=_request,
        erase=appended.erase_requests,
        order=LATE,
        also=(Disclosure, Erasure),
    ),
    Holding(
        name="profiles.legal_holds",
        label=_("Legal holds on your data"),
        model=LegalHold,
        find=lambda subject: LegalHold.objects.filter(profile_id__in=subject.family).order_by("key"),
        row=fields("starts_at", "ends_at", "lifted_at"),
        erase=blanked(reason=ERASED, lift_reason=""),
        order=LATE,
    ),
)
