"""Fragments that every page carries: the band with its counts, what the palette finds, light or dark."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from engagement.ui import commands
from engagement.ui.context import THEMES, Interface
from engagement.village.access import public, requires


@requires()
@require_GET
def band(request: HttpRequest) -> HttpResponse:
    """The band again, with exact counts, for the page at ``?at=``."""
    path = request.GET.get("at", "/")
    return render(request, "base.html#band", {"ui": Interface(request, path=path), "band_path": path})


@requires()
@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    """What the palette's text finds, by kind."""
    groups = commands.search(user=request.user, text=request.GET.get("q", ""))
    return render(request, "ui/palette_found.html", {"groups": groups})


@requires()
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep light or dark on the person. 422 for another word."""
    chosen = request.POST.get("theme", "")
    if chosen not in THEMES:
        return HttpResponse(status=422)
    user = request.user
    user.theme = chosen  # type: ignore[union-attr]
    user.save(update_fields=["theme"])
    return HttpResponse(status=204)
