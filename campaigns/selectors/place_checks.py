"""The rules of the places where a campaign's audience lives, among the checks before a launch."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Campaign
from campaigns.selectors.audience import Audience
from campaigns.selectors.checking import Check
from engagement.channels.selectors.jurisdictions import TouchedPlace, touched_places
from engagement.ui.templatetags.ui import number

SHOWN = 4


def place_checks(campaign: Campaign, audience: Audience, now: datetime) -> Iterator[Check]:
    """Yield one check that names the places and what their sheets ask of the plan's first channel. No query."""
    people: Counter[str] = Counter()
    for place in audience.places:
        people[place.country.upper()] += place.people
    touched = touched_places(channel=campaign.kinds[0], people=people, now=now)
    if not touched:
        return
    title = ngettext("The rules of %(count)d place apply", "The rules of %(count)d places apply", len(touched))
    yield Check(
        "ok",
        title % {"count": len(touched)},
        " · ".join(map(_describe, touched[:SHOWN])),
        reverse("channels:jurisdictions"),
        _("Read the rules"),
        code="rules_of_places",
    )


def _describe(place: TouchedPlace) -> str:
    asked = "; ".join(part for part in (place.hours, place.consent) if part)
    return f"{place.sheet.name} ({number(place.people)}): {asked}"
