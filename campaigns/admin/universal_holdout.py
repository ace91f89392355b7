"""The universal holdout in the administration: one percentage and one period."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from campaigns.models import UniversalHoldout
from engagement.ui.administration import SafeSaveAdmin
from engagement.village.audit import origin_of, record


@admin.register(UniversalHoldout)
class UniversalHoldoutAdmin(SafeSaveAdmin):
    """Who gets no marketing campaign at all."""

    opens_administration = True
    compressed_fields = False
    fields = ("percent", "period")
    list_display = ("percent", "period", "changed_at", "changed_by")
    list_select_related = ("changed_by",)
    written_with_the_form = ("changed_at", "changed_by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one at most."""
        allowed: bool = super().has_add_permission(request)
        return allowed and not UniversalHoldout.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: 0 % holds nobody out."""
        return False

    def save_model(self, request: HttpRequest, obj: UniversalHoldout, form: Any, change: bool) -> None:
        """Save and audit."""
        now = timezone.now()
        obj.changed_at, obj.changed_by = now, request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)
        record(
            actor=request.user,  # type: ignore[arg-type]
            action="universal_holdout.changed",
            subject=obj,
            now=now,
            detail={"percent": obj.percent, "period": obj.period},
            origin=origin_of(request),
        )
