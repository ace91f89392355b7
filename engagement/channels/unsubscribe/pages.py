"""The public pages of a token. A GET never unsubscribes: mail scanners follow links (RFC 8058 section 1).

The token is who they are: no cookie, no sign-in, no CSRF token is asked for, because who cannot know the token can
do nothing with the page. One-click POSTs of mailbox providers come many from few addresses, so they are not limited.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from engagement.channels.unsubscribe.acting import transmission_of, unsubscribe
from engagement.channels.unsubscribe.choosing import choose
from engagement.channels.unsubscribe.limits import is_too_often
from engagement.channels.unsubscribe.standing import Choice, Standing, standing_of
from engagement.organization.current import current_organization
from engagement.village.access import public

GUESSES = 30  # a minute and address
READS = 60  # a minute and token


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show what this is and what can be stopped; POST stops it, by one click of the mail program or by the page."""
    transmission = transmission_of(token)
    if transmission is None:
        return _unknown(request)
    now = timezone.now()
    if request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click":
        unsubscribe(transmission=transmission, source="one-click", evidence=_evidence(request), now=now)
        return _guarded(HttpResponse("Unsubscribed.\n", content_type="text/plain; charset=utf-8"))
    if request.method != "POST" and is_too_often(f"read:{token}", most=READS):
        return _guarded(_in_their_language(request, "", lambda: _page(request, "too_often", {}, 429)))
    standing = standing_of(transmission, now)
    act = request.POST.get("act", "")
    if act not in ("this", "everything"):
        status = 422 if request.method == "POST" else 200
        return _shown(request, standing, token, "page", status=status)
    with translation.override(_language(request, standing.language)):
        said = _button(standing, everything=act == "everything")
    evidence = {**_evidence(request), "text": said}
    unsubscribe(transmission=transmission, source="page", evidence=evidence, now=now, everything=act == "everything")
    after = standing_of(transmission, now)
    return _shown(request, after, token, "done", everything=act == "everything")


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest, token: str) -> HttpResponse:
    """The preference center: what may be sent by which channel; POST keeps the boxes, a GET changes nothing."""
    transmission = transmission_of(token)
    if transmission is None:
        return _unknown(request)
    now = timezone.now()
    if request.method != "POST":
        if is_too_often(f"read:{token}", most=READS):
            return _guarded(_in_their_language(request, "", lambda: _page(request, "too_often", {}, 429)))
        return _shown(request, standing_of(transmission, now), token, "preferences")
    standing = standing_of(transmission, now)
    names = {choice.name for line in standing.lines for choice in line}
    with translation.override(_language(request, standing.language)):
        shown = {choice.name: box_words(choice) for line in standing.lines for choice in line}
    choose(
        standing=standing,
        ticked=names & request.POST.keys(),
        shown=shown,
        evidence=_evidence(request),
        now=now,
    )
    return _shown(request, standing_of(transmission, now), token, "preferences", saved=True)


def box_words(choice: Choice) -> str:
    """Return what a box of the preference centre says: it is kept as the evidence of what was agreed to."""
    words = (
        _("Marketing from %(organisation)s by %(channel)s")
        if choice.purpose == "marketing"
        else _("Service messages from %(organisation)s by %(channel)s")
    )
    return words % {"organisation": current_organization().display_name, "channel": choice.look.within}


def _button(standing: Standing, *, everything: bool) -> str:
    """What the button said that was pressed."""
    if everything:
        return _("Stop all marketing")
    return _("Stop marketing by %(channel)s") % {"channel": standing.look.within}


def _shown(
    request: HttpRequest, standing: Standing, token: str, name: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    def draw() -> HttpResponse:
        boxes = [[(choice, box_words(choice)) for choice in line] for line in standing.lines]
        context = {"standing": standing, "token": token, "boxes": boxes, **more}
        return _page(request, name, context, status)

    return _guarded(_in_their_language(request, standing.language, draw))


def _unknown(request: HttpRequest) -> HttpResponse:
    """A token that we never made, or whose message is gone: 404, and 429 for who guesses."""
    too_often = is_too_often(f"guess:{request.META.get('REMOTE_ADDR', '')}", most=GUESSES)
    name, status = ("too_often", 429) if too_often else ("unknown", 404)
    return _guarded(_in_their_language(request, "", lambda: _page(request, name, {}, status)))


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int) -> HttpResponse:
    return render(request, f"unsubscribe/{name}.html", context, status=status)


def _in_their_language(request: HttpRequest, language: str, draw: Callable[[], HttpResponse]) -> HttpResponse:
    code = _language(request, language)
    with translation.override(code):
        answer = draw()
    answer["Content-Language"] = code
    return answer


def _language(request: HttpRequest, language: str) -> str:
    """What they chose on this page before, else the language of the message, else what the browser asks for."""
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES or not language:
        return str(getattr(request, "LANGUAGE_CODE", "") or current_organization().language)
    return language


def _evidence(request: HttpRequest) -> dict[str, Any]:
    return {
        "ip": request.META.get("REMOTE_ADDR", ""),
        "agent": request.headers.get("User-Agent", "")[:200],
        "locale": str(getattr(request, "LANGUAGE_CODE", "")),
    }


def _guarded(answer: HttpResponse) -> HttpResponse:
    """Out of search engines and caches; no other site is told the address, which is a secret (the house's default)."""
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Cache-Control"] = "no-store"
    return answer
