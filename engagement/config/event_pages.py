"""What waits in the outbox, what is dead and why; a dead event can be replayed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from engagement.events import actions
from engagement.events.models import OutboxEvent
from engagement.village.access import requires

_SHOWN = 100


@requires("events.view_outboxevent")
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """Show dead events first, then those that failed and will be tried again. Bodies of messages are not shown."""
    shown = OutboxEvent.objects.defer("payload")
    context = {
        "dead": shown.filter(status=OutboxEvent.Status.DEAD).order_by("-position")[:_SHOWN],
        "retried": shown.filter(status=OutboxEvent.Status.PENDING, attempts__gt=0).order_by("position")[:_SHOWN],
        "waiting": OutboxEvent.objects.filter(status=OutboxEvent.Status.PENDING).count(),
        "dead_count": OutboxEvent.objects.filter(status=OutboxEvent.Status.DEAD).count(),
    }
    return render(request, "events/events.html", context)


@requires("events.view_outboxevent", "events.change_outboxevent")
@require_POST
def replay(request: HttpRequest, key: UUID) -> HttpResponse:
    """Give a dead event another round of attempts."""
    event = get_object_or_404(OutboxEvent, key=key)
    actions.replay(key=event.key, now=timezone.now())
    messages.success(request, _("The event is on its way again."))
    return redirect("events:events")


addresses = (
    [path("", events, name="events"), path("<uuid:key>/replay/", replay, name="replay")],
    "events",
)
