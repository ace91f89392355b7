"""What we know people by, to look at: nothing is changed here, because actions do that and leave a trail."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from engagement.profiles.models import DataRequest, Identity, LegalHold


@admin.register(Identity)
class IdentityAdmin(ModelAdmin):  # type: ignore[misc]
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
    show_full_result_count = False
    list_per_page = 50
    ordering = ("-key",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a row by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes a row by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes a row by hand."""
        return False


class LookedAtAdmin(ModelAdmin):  # type: ignore[misc]
    """Lists and shows; adds, changes and deletes nothing."""

    show_full_result_count = False
    list_per_page = 50
    ordering = ("-key",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a row by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes a row by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes a row by hand."""
        return False


@admin.register(DataRequest)
class DataRequestAdmin(LookedAtAdmin):
    """What people asked about their data; the words and answers are on the requests' own pages."""

    list_display = ("kind", "law", "state", "received_at", "due_at", "closed_at")
    list_filter = ("state", "kind", "law")
    exclude = ("profile", "words", "answer", "verified_how", "law_reason", "extension_reason")


@admin.register(LegalHold)
class LegalHoldAdmin(LookedAtAdmin):
    """What forbids to erase somebody; the reasons are on the people's own pages."""

    list_display = ("starts_at", "ends_at", "set_by", "lifted_at", "lifted_by")
    list_select_related = ("set_by", "lifted_by")
    exclude = ("profile", "reason", "lift_reason")
