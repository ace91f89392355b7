"""One customer: all that is known, and everything that happened, on one page."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from engagement.profiles import figures
from engagement.profiles.attributes import known_of
from engagement.profiles.family import family_of
from engagement.profiles.forms import LANGUAGES
from engagement.profiles.models import AttributeDefinition, Consent, Identity, Profile
from engagement.profiles.panels import panels_for
from engagement.profiles.selectors import consents, deals, timeline_page
from engagement.profiles.selectors.timeline_page import CHANNELS, PURPOSES, SPEAKERS, NoPlace, Wanted
from engagement.ui.names import channel_look
from engagement.village.access import person_of, requires
from engagement.village.models import Department, User


@requires("profiles.view_profile")
@require_safe
def profile(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One customer. A profile that was merged leads to the one that is read instead. Raises Http404."""
    person = get_object_or_404(Profile, pk=pk)
    if person.canonical_id:
        return redirect("profiles:profile", pk=person.canonical_id)
    now, reader, family = timezone.now(), person_of(request), family_of(pk)
    context = {
        **_facts(person, family, now),
        **_timeline(request, person, family, now),
        **_standing(family, reader, now),
        "figures": figures.figures_for(profiles=family, reader=reader, now=now),
    }
    drawn = list(panels_for(profile=person, user=reader, now=now))
    for place in ("main", "side", "now"):
        context[f"{place}_panels"] = [panel for panel in drawn if panel.panel.place == place]
    return render(request, "profiles/profile.html", context)


@requires("profiles.view_profile")
@require_safe
def timeline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The fragments of the timeline: filtered, live, or the next page of it. Raises Http404."""
    person = get_object_or_404(Profile, pk=pk, canonical=None)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{reverse('profiles:profile', args=[pk])}?{request.GET.urlencode()}")
    context = _timeline(request, person, family_of(pk), timezone.now())
    wanted: Wanted = context["wanted"]
    part = "earlier" if wanted.before else "timeline"
    answer = render(request, f"profiles/profile.html#{part}", context)
    if not wanted.before and not wanted.since:
        whole = reverse("profiles:profile", args=[pk])
        answer["HX-Push-Url"] = f"{whole}?{wanted.query}" if wanted.is_narrowed else whole
    return answer


def _timeline(request: HttpRequest, person: Profile, family: list[UUID], now: datetime) -> dict[str, Any]:
    try:
        wanted = timeline_page.wanted_of(request.GET)
    except NoPlace as error:
        raise Http404("no such place in the timeline") from error
    continues = bool(request.htmx)  # type: ignore[attr-defined]
    found = timeline_page.page(profiles=family, reader=person_of(request), wanted=wanted, now=now, continues=continues)
    return {
        "person": person,
        "wanted": wanted,
        "page": found,
        "now": now,
        "topics": " ".join(f"profile:{key}" for key in family),
        "speakers": [(value, label, _with(wanted, value)) for value, label in SPEAKERS],
        "channels": [(kind, channel_look(kind).label) for kind in CHANNELS],
        "purposes": PURPOSES,
        "departments": list(Department.objects.order_by("name", "key")),
    }


def _with(wanted: Wanted, direction: str) -> str:
    """The query of the same filters for another speaker."""
    return Wanted(direction, wanted.channel, wanted.department, wanted.purpose).query


def _facts(person: Profile, family: list[UUID], now: datetime) -> dict[str, Any]:
    identities = Identity.objects.filter(profile_id__in=family, valid_to=None).order_by("-preferred", "key")
    definitions = list(AttributeDefinition.objects.order_by("position", "slug"))
    return {
        "identities": list(identities),
        "language_name": dict(LANGUAGES).get(person.language, ""),
        "known": known_of(definitions, person.attributes),
        "there": _clock_there(person.time_zone, now),
    }


def _clock_there(zone: str, now: datetime) -> datetime | None:
    """The time of day where the person is; None where nobody knows."""
    try:
        return now.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if zone else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _standing(family: list[UUID], reader: User, now: datetime) -> dict[str, Any]:
    """What they agreed to and what is being sold to them, as far as the reader may see it."""
    shown: dict[str, Any] = {}
    if reader.has_perm("profiles.view_consent"):
        shown["agreed"] = consents.matrix(family, now)
        shown["evidence"] = Consent.objects.filter(profile_id__in=family).count()
        shown["held_addresses"] = consents.held_addresses(family, now)
    if reader.has_perm("profiles.view_deal"):
        shown["deals"] = [(deal, deal.keeps_quiet(now)) for deal in deals.open_of(family)]
    return shown
