"""What the administration of segments and campaigns have in common."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from engagement.ui.administration import SafeSaveAdmin
from engagement.village.audit import origin_of, record


class MarketersAdmin(SafeSaveAdmin):
    """Its people may enter the administration though nobody made them staff (see ``engagement.village.admin``).

    Nothing is deleted: what was sent keeps its name.
    """

    opens_administration = True
    compressed_fields = False
    warn_unsaved_form = True
    subject = ""  # what its actions are called in the audit trail
    written_with_the_form: tuple[str, ...] = ("changed_at",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save and audit; whoever makes something owns it unless they say else."""
        now = timezone.now()
        obj.changed_at = now
        if not change:
            obj.created_at = now
        if obj.owner_id is None:
            obj.owner = request.user
        super().save_model(request, obj, form, change)
        if change and not form.changed_data:
            return
        record(
            actor=request.user,  # type: ignore[arg-type]
            action=f"{self.subject}.{'changed' if change else 'added'}",
            subject=obj,
            now=now,
            detail={"fields": sorted(form.changed_data)},
            origin=origin_of(request),
        )
