"""A received message as it came in: its header and its source."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from conversations.models import Message
from conversations.selectors.original import header_fields
from conversations.views.context import shelf_context
from conversations.views.desk import Desk, conversation_of
from engagement.channels.models import RawEvent
from engagement.village.access import requires

SHOWN_BYTES = 200_000


def _raw_of(request: HttpRequest, pk: UUID, message: UUID) -> tuple[Message, RawEvent]:
    """The source of a message in a conversation that the person may open. Raises Http404."""
    conversation = conversation_of(request, pk)
    received = Message.objects.filter(conversation=conversation, raw_event_key__isnull=False)
    shown = get_object_or_404(received.defer("search"), pk=message)
    return shown, get_object_or_404(RawEvent.objects.select_related("channel"), pk=shown.raw_event_key)


@requires("conversations.view_conversation", "engagement_channels.view_rawevent")
@require_safe
def original(request: HttpRequest, pk: UUID, message: UUID) -> HttpResponse:
    """Show the header field by field, what was found about the sender, and the beginning of the source."""
    shown, raw = _raw_of(request, pk, message)
    body = bytes(raw.body)
    removed_at = parse_datetime(str(raw.facts.get("source_removed_at", "")))
    context = shelf_context(user=request.user, desk=Desk(view="all")) | {
        "message": shown,
        "event": raw,
        "back_url": f"{reverse('conversations:conversation', args=[pk])}#m-{shown.pk}",
        "source_url": reverse("conversations:original-source", args=[pk, shown.pk]),
        "check": shown.detail.get("sender_check") or {},
        "fields": header_fields(body) if raw.channel.kind == "email" else [],
        "source": body[:SHOWN_BYTES].decode("utf-8", "replace"),
        "size": len(body),
        "removed_at": removed_at,
        "is_cut": len(body) > SHOWN_BYTES,
    }
    return render(request, "conversations/original.html", context)


@requires("conversations.view_conversation", "engagement_channels.view_rawevent")
@require_safe
def original_source(request: HttpRequest, pk: UUID, message: UUID) -> HttpResponse:
    """The source, byte for byte, to be saved."""
    _, raw = _raw_of(request, pk, message)
    if "source_removed_at" in raw.facts:
        return HttpResponse(gettext("The source was removed."), status=410, content_type="text/plain; charset=utf-8")
    ending = "eml" if raw.channel.kind == "email" else "json"
    response = HttpResponse(bytes(raw.body), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{raw.pk}.{ending}"'
    return response
