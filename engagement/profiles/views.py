"""Customers: find one, see all that is known of one."""

from uuid import UUID

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from engagement.profiles.models import Identity, Profile
from engagement.profiles.panels import panels_for
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
        found = found.filter(pk__lt=_key(after))
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


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404("after is no key") from error


@requires("profiles.view_profile")
@require_safe
def profile(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One customer. A profile that was merged leads to the one that is read instead."""
    person = get_object_or_404(Profile, pk=pk)
    if person.canonical_id:
        return redirect("profiles:profile", pk=person.canonical_id)
    now = timezone.now()
    drawn = list(panels_for(profile=person, user=request.user, now=now))  # type: ignore[arg-type]
    context = {
        "person": person,
        "identities": person.identities.filter(valid_to=None).order_by("-preferred", "key"),
        "main": [panel for panel in drawn if panel.panel.place == "main"],
        "side": [panel for panel in drawn if panel.panel.place == "side"],
        "now": now,
    }
    return render(request, "profiles/profile.html", context)
