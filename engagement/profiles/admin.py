"""What we know people by, to look at: nothing is changed here, because actions do that and leave a trail."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from engagement.profiles.models import Identity


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
