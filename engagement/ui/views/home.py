"""Where a person lands after signing in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from engagement.ui import home as registry
from engagement.village.access import requires


@requires()
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The sections of this person's roles: what waits, what is due first."""
    now = timezone.now()
    sections = registry.sections_for(user=request.user, now=now)
    context = {
        "now": now,
        "hour": timezone.localtime(now).hour,
        "main": [section for section in sections if section.place == "main"],
        "side": [section for section in sections if section.place == "side"],
    }
    return render(request, "ui/home.html", context)
