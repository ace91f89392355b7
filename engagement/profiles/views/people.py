"""Customers: find one."""

from uuid import UUID

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from engagement.profiles.models import Identity, Profile
from engagement.village.access import requires

PAGE = 50


@requires("profiles.view_profile")
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody we know, the newest first, or those whose name or address holds ``?q=``. Raises Http404."""
    search = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    found = Profile.objects.canonical().matching(search)
    after = request.GET.get("after", "")
    if after:
        found = found.filter(pk__lt=key_in(after))
    open_identities = Prefetch("identities", Identity.objects.filter(valid_to=None).order_by("-preferred", "key"))
    rows = list(found.prefetch_related(open_identities).order_by("-key")[: PAGE + 1])
    context = {
        "search": search,
        "people": rows[:PAGE],
        "next_key": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "is_continued": bool(after),
        "now": timezone.now(),
    }
    is_fragment = request.htmx and request.headers.get("HX-Target", "").endswith("#people-found")  # type: ignore[attr-defined]
    return render(request, "profiles/people.html#found" if is_fragment else "profiles/people.html", context)


def key_in(text: str) -> UUID:
    """Return the key that a text is. Raises Http404."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404("this is no key") from error
