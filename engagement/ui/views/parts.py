"""Fragments that every page carries: the band with its counts, the palette's finds, appearance, language."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from engagement.organization.languages import offered_languages
from engagement.ui import actions, commands
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
    text = request.GET.get("q", "")
    groups = commands.search(user=request.user, text=text)
    return render(request, "ui/palette_found.html", {"groups": groups, "searched": text.strip()})


@requires()
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep light or dark on the person. 422 for another word."""
    chosen = request.POST.get("theme", "")
    if chosen not in THEMES:
        return HttpResponse(status=422)
    actions.set_preferences(user=request.user, theme=chosen)
    return HttpResponse(status=204)


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the language in this browser, and on the person when one is signed in; then back to ``next``."""
    chosen, back = request.POST.get("language", ""), request.POST.get("next", "")
    if chosen not in dict(offered_languages()):
        return HttpResponse(status=422)
    if request.user.is_authenticated:
        actions.set_preferences(user=request.user, language=chosen)
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if safe else "/")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=365 * 24 * 3600,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return response
