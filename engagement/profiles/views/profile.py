"""One customer: all that is known, and everything that happened, on one page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from engagement.profiles import doors, figures
from engagement.profiles.attributes import known_of
from engagement.profiles.family import family_of
from engagement.profiles.forms import language_label
from engagement.profiles.identities.standing import Known
from engagement.profiles.identities.standing import known_of as addresses_of
from engagement.profiles.models import AttributeDefinition, Profile
from engagement.profiles.panels import panels_for
from engagement.profiles.selectors import consents, deals, merging, timeline_counts, timeline_page
from engagement.profiles.selectors.timeline_counts import Counts
from engagement.profiles.selectors.timeline_page import CHANNELS, SPEAKERS, NoPlace, Wanted
from engagement.statements import select
from engagement.ui.names import channel_look
from engagement.village.access import person_of, requires
from engagement.village.models import Department, User


@requires("profiles.view_profile")
@require_safe
def profile(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One customer. A profile that was merged leads to the one that is read instead. Raises Http404."""
    person = next(iter(select(Profile, "WHERE key = %(key)s", {"key": pk})), None)
    if person is None:
        raise Http404("nobody has this key")
    if person.canonical_id:
        return redirect("profiles:profile", pk=person.canonical_id)
    now, reader, family = timezone.now(), person_of(request), family_of(pk)
    asked = doors.Asked(person, family, reader, now)
    addresses, found = _addresses(family, reader), [] if person.erased_at else doors.doors_for(asked)
    context = {
        "called": person.name or next((one.shown for one in addresses["identities"]), _("Nameless")),
        **_facts(person, now),
        **addresses,
        **_timeline(request, person, family, now),
        **_standing(family, addresses["identities"], reader, now),
        "figures": figures.figures_for(profiles=family, reader=reader, now=now),
        "doors": [door for door in found if not door.is_seldom],
        "seldom": [door for door in found if door.is_seldom],
        "lookalikes": merging.pairs_of(family)[:1] if reader.has_perm("profiles.merge_profile") else [],
    }
    drawn = list(panels_for(asked))
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


@requires("profiles.view_profile")
@require_safe
def counts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The filters of the timeline, each with how many moments stand behind it. Raises Http404."""
    person = get_object_or_404(Profile, pk=pk, canonical=None)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{reverse('profiles:profile', args=[pk])}?{request.GET.urlencode()}")
    wanted = _wanted(request)
    found = timeline_counts.count(profiles=family_of(pk), reader=person_of(request), wanted=wanted)
    return render(request, "profiles/profile.html#facets", {"person": person, **_filters(person, wanted, found)})


def _wanted(request: HttpRequest) -> Wanted:
    try:
        return timeline_page.wanted_of(request.GET)
    except NoPlace as error:
        raise Http404("no such place in the timeline") from error


def _timeline(request: HttpRequest, person: Profile, family: list[UUID], now: datetime) -> dict[str, Any]:
    wanted = _wanted(request)
    continues = bool(request.htmx)  # type: ignore[attr-defined]
    found = timeline_page.page(profiles=family, reader=person_of(request), wanted=wanted, now=now, continues=continues)
    return {
        "person": person,
        "page": found,
        "now": now,
        "topics": " ".join(f"profile:{key}" for key in family),
        **_filters(person, wanted),
    }


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter; ``number``: how many moments stand behind it, once that is counted."""

    value: Any
    label: Any
    query: str
    is_chosen: bool
    number: int | None = None


PURPOSE_LABELS = {"conversation": _("Conversation"), "service": _("Service"), "marketing": _("Marketing")}


def _filters(person: Profile, wanted: Wanted, counted: Counts | None = None) -> dict[str, Any]:
    """The values of each filter; with how many moments each has, where that was counted."""

    def choices(name: str, given: Iterable[tuple[Any, Any]]) -> list[Choice]:
        plain = replace(wanted, before=None, since=None)
        return [
            Choice(
                value=value,
                label=label,
                query=replace(plain, **{name: value}).query,
                is_chosen=getattr(wanted, name) == value,
                number=counted.of(name, value) if counted else None,
            )
            for value, label in given
        ]

    departments = [(one.pk, str(one)) for one in select(Department, "ORDER BY name, key", {})]
    return {
        "person_url": reverse("profiles:profile", args=[person.pk]),
        "timeline_url": reverse("profiles:timeline", args=[person.pk]),
        "wanted": wanted,
        "is_counted": counted is not None,
        "speakers": choices("direction", SPEAKERS),
        "channels": choices("channel", [("", _("Every channel")), *((c, channel_look(c).label) for c in CHANNELS)]),
        "departments": choices("department", [(None, _("Every department")), *departments]),
        "purposes": choices("purpose", [("", _("Every purpose")), *PURPOSE_LABELS.items()]),
    }


def _addresses(family: list[UUID], reader: User) -> dict[str, Any]:
    """What is open, and what somebody else has now."""
    known = addresses_of(
        family,
        may_read=reader.has_perm("profiles.view_identity"),
        may_read_closed=reader.has_perm("profiles.view_sensitive"),
    )
    return {
        "identities": [one for one in known if one.is_open],
        "passed_on": [one for one in known if not one.is_open and one.others],
    }


def _facts(person: Profile, now: datetime) -> dict[str, Any]:
    definitions = select(AttributeDefinition, "ORDER BY position, slug", {})
    return {
        "language_name": language_label(person.language),
        "known": known_of(definitions, person.attributes),
        "there": _clock_there(person.time_zone, now),
    }


def _clock_there(zone: str, now: datetime) -> datetime | None:
    """The time of day where the person is; None where nobody knows."""
    try:
        return now.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if zone else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _standing(family: list[UUID], addresses: Sequence[Known], reader: User, now: datetime) -> dict[str, Any]:
    """What they agreed to and what is being sold to them, as far as the reader may see it."""
    shown: dict[str, Any] = {}
    if reader.has_perm("profiles.view_consent"):
        shown["agreed"] = consents.matrix(family, now)
        shown["evidence"] = consents.evidence(family)
        shown["held_addresses"] = consents.held_among([one.identity for one in addresses], now)
    if reader.has_perm("profiles.view_deal"):
        shown["deals"] = [(deal, deal.keeps_quiet(now)) for deal in deals.open_of(family)]
    return shown
