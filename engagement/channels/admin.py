"""What went out and what came in, to look at: nothing is changed here, because actions do that and leave a trail."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from engagement.channels.models import RawEvent, Transmission
from engagement.ui.administration import ReadOnlyAdmin


@admin.register(Transmission)
class TransmissionAdmin(ReadOnlyAdmin):
    """Messages on their way out."""

    list_display = ("external_id", "channel", "purpose", "state", "error_code", "attempts", "state_at")
    list_filter = ("state", "purpose", "channel")
    list_select_related = ("channel",)
    search_fields = ("external_id",)
    ordering = ("-key",)


@admin.register(RawEvent)
class RawEventAdmin(ReadOnlyAdmin):
    """Deliveries that came in; their bytes are read where they need attention, not here."""

    list_display = ("key", "channel", "status", "kind", "attempts", "received_at", "error")
    list_filter = ("status", "kind", "channel")
    list_select_related = ("channel",)
    exclude = ("body",)
    ordering = ("-key",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RawEvent]:
        """Leave the bytes in the database."""
        return RawEvent.objects.defer("body")
