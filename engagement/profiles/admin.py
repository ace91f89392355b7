"""People, to look at by the million: nothing is changed here, because actions do that and leave a trail."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from engagement.profiles.models import (
    AttributeDefinition,
    Company,
    Consent,
    DataRequest,
    Deal,
    Employment,
    Identity,
    LegalHold,
    Merge,
    MergeProposal,
    PeopleImport,
    Profile,
    Relation,
    Suppression,
)
from engagement.profiles.search.find import find
from engagement.ui.administration import ReadOnlyAdmin
from engagement.village.access import person_of


class LookedAt(ReadOnlyAdmin):
    """The newest first."""

    ordering: tuple[str, ...] = ("-key",)


@admin.register(Profile)
class ProfileAdmin(LookedAt):
    """Customers; what is sensitive among their attributes stands on their own page only, where it is audited."""

    list_display = ("name", "lifecycle", "place", "country", "language", "owner", "last_heard_at", "created_at")
    list_filter = ("lifecycle", "language")
    list_select_related = ("owner",)
    search_fields = ("name",)
    exclude = ("attributes",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Profile], search_term: str
    ) -> tuple[QuerySet[Profile], bool]:
        """Return whom the search of the house finds."""
        if not search_term.strip():
            return queryset, False
        hits = find(search_term, reader=person_of(request), said=False).hits
        return queryset.filter(key__in=[hit.key for hit in hits]), False

    def view_on_site(self, obj: Profile) -> str:
        """Return their page, where they are changed."""
        return reverse("profiles:profile", args=[obj.pk])


@admin.register(Identity)
class IdentityAdmin(LookedAt):
    """Addresses of people, open and closed."""

    list_display = (
        "address",
        "kind",
        "scope",
        "alias",
        "leads",
        "preferred",
        "verified_at",
        "valid_to",
        "closed_reason",
    )
    list_filter = ("kind", "closed_reason", "preferred")
    search_fields = ("address_norm__startswith", "alias__startswith")


@admin.register(AttributeDefinition)
class AttributeDefinitionAdmin(LookedAt):
    """What may be known of people."""

    list_display = (
        "slug",
        "label",
        "label_pt",
        "type",
        "sensitive",
        "system_of_record",
        "retention_days",
    )
    list_filter = ("type", "sensitive")
    ordering = ("position", "slug")


@admin.register(Consent)
class ConsentAdmin(LookedAt):
    """The ledger: who agreed to what, and took it back. The evidence stands on the person's page."""

    list_display = ("profile", "channel", "purpose", "granted", "basis", "source", "at", "expires_at")
    list_filter = ("purpose", "granted", "basis", "channel")
    list_select_related = ("profile",)
    exclude = ("evidence",)


@admin.register(Suppression)
class SuppressionAdmin(LookedAt):
    """Addresses that must not be written to: hashes only."""

    list_display = ("kind", "purpose", "reason", "source", "starts_at", "ends_at")
    list_filter = ("kind", "purpose", "reason")


@admin.register(Company)
class CompanyAdmin(LookedAt):
    """Companies and what they belong to."""

    list_display = ("name", "parent", "owner", "country")
    list_select_related = ("parent", "owner")
    search_fields = ("name__icontains", "domains__domain__startswith")

    def view_on_site(self, obj: Company) -> str:
        """Return its page, where it is changed."""
        return reverse("profiles:company", args=[obj.pk])


class OfPeople(LookedAt):
    """What stands around people: whoever sees them sees it."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether people are seen."""
        return request.user.has_perm("profiles.view_profile")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Return the same."""
        return request.user.has_perm("profiles.view_profile")


@admin.register(Employment)
class EmploymentAdmin(OfPeople):
    """Who works where, and who did."""

    list_display = ("profile", "company", "position", "primary", "since", "until")
    list_filter = ("primary",)
    list_select_related = ("profile", "company")
    search_fields = ("company__name__icontains", "position__icontains")


@admin.register(Relation)
class RelationAdmin(OfPeople):
    """Who belongs with whom, and who did."""

    list_display = ("profile", "kind", "other", "since", "until")
    list_filter = ("kind",)
    list_select_related = ("profile", "other")


@admin.register(Deal)
class DealAdmin(LookedAt):
    """What is being sold to whom."""

    list_display = ("title", "profile", "owner", "stage", "amount", "currency", "closes_on", "held")
    list_filter = ("stage", "held")
    list_select_related = ("profile", "owner")
    search_fields = ("title__icontains",)


@admin.register(Merge)
class MergeAdmin(LookedAt):
    """What was put together, and taken apart. What it changed stands on its own page."""

    list_display = ("kept", "merged", "actor", "at", "undone_by", "undone_at")
    list_select_related = ("kept", "merged", "actor", "undone_by")
    exclude = ("offered", "facts", "tags", "tags_added", "chosen", "unpreferred")


@admin.register(MergeProposal)
class MergeProposalAdmin(LookedAt):
    """Pairs that may be one person."""

    list_display = ("low", "high", "confidence", "state", "at", "decided_by", "decided_at")
    list_filter = ("state",)
    list_select_related = ("low", "high", "decided_by")
    exclude = ("reasons",)


@admin.register(DataRequest)
class DataRequestAdmin(LookedAt):
    """What people asked about their data; the words and answers are on the requests' own pages."""

    list_display = ("kind", "law", "state", "received_at", "due_at", "closed_at")
    list_filter = ("state", "kind", "law")
    exclude = ("profile", "words", "answer", "verified_how", "law_reason", "extension_reason")


@admin.register(LegalHold)
class LegalHoldAdmin(LookedAt):
    """What forbids to erase somebody; the reasons are on the people's own pages."""

    list_display = ("starts_at", "ends_at", "set_by", "lifted_at", "lifted_by")
    list_select_related = ("set_by", "lifted_by")
    exclude = ("profile", "reason", "lift_reason")


@admin.register(PeopleImport)
class PeopleImportAdmin(LookedAt):
    """Files of people, and what came of each. They are steered on their own pages."""

    list_display = ("filename", "status", "read_rows", "made_by", "created_at", "ended_at", "way_back")
    list_filter = ("status",)
    list_select_related = ("made_by",)
    search_fields = ("filename",)
    exclude = ("file", "fingerprint", "read_bytes", "read_line")
