"""Customers: find one."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from engagement.profiles.models import Identity, Profile
from engagement.profiles.search.asked import LONGEST
from engagement.profiles.search.find import find
from engagement.village.access import person_of, requires

PAGE = 50


@requires("profiles.view_profile")
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody we know, the newest first; or those who are found by ``?q=``, the best first. Raises Http404."""
    search = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    context = {"search": search, "now": timezone.now()}
    context |= _found(request, search) if search else _newest(request.GET.get("after", ""))
    is_fragment = request.htmx and request.headers.get("HX-Target", "").endswith("#people-found")  # type: ignore[attr-defined]
    return render(request, "profiles/people.html#found" if is_fragment else "profiles/people.html", context)


def _found(request: HttpRequest, search: str) -> dict[str, Any]:
    found = find(search, reader=person_of(request))
    return {"hits": found.hits, "cut": found.cut}


def _newest(after: str) -> dict[str, Any]:
    everybody = Profile.objects.canonical()
    if after:
        everybody = everybody.filter(pk__lt=key_in(after))
    addresses = Prefetch("identities", Identity.objects.filter(valid_to=None).order_by("-preferred", "key"))
    rows = list(everybody.prefetch_related(addresses).order_by("-key")[: PAGE + 1])
    return {"people": rows[:PAGE], "next_key": rows[PAGE - 1].pk if len(rows) > PAGE else None}


def key_in(text: str) -> UUID:
    """Return the key that a text is. Raises Http404."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404("this is no key") from error
