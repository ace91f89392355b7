"""The rules of the places where our people live, as a reviewer of a marketing text reads them beside it."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collaboration.approvals import kinds
from content.models import Revision
from content.words import Words
from engagement.channels.jurisdictions.rules import REQUIRED_TEXT
from engagement.channels.selectors.jurisdictions import TouchedPlace, touched_places


def rules_of_places(revision: Revision, words: Mapping[str, Words], now: datetime) -> Iterator[kinds.Rule]:
    """Yield one rule for each country with a sheet: met, or to be weighed where a required text seems to be missing."""
    if revision.purpose != "marketing":
        return
    for place in touched_places(channel=revision.kind, now=now):
        missing = [code for code in place.required if not _is_there(code, place, revision, words)]
        yield kinds.Rule(
            code=f"place-{place.sheet.place}",
            title=_title(place),
            state="ask" if missing else "ok",
            text=_text(place, missing),
        )


def _is_there(code: str, place: TouchedPlace, revision: Revision, words: Mapping[str, Words]) -> bool:
    """What can be seen of a required text; what only a person can judge counts as there."""
    if code == "sender_name":
        return bool(revision.sender or revision.organisation)
    if code == "postal_address":
        return bool(revision.postal_address)
    if code == "stop_keyword":
        known = {word.casefold() for listed in place.sheet.rules.keywords.values() for word in listed}
        return all(any(word in one.text.casefold() for word in known) for one in words.values())
    return True


def _title(place: TouchedPlace) -> str:
    people = ngettext("%(people)s profile", "%(people)s profiles", place.people) % {
        "people": number_format(place.people, force_grouping=True)
    }
    return f"{place.sheet.name}: {people}"


def _text(place: TouchedPlace, missing: list[str]) -> str:
    parts = []
    if missing:
        names = ", ".join(str(REQUIRED_TEXT[code]) for code in missing)
        parts.append(_("Seems to be missing: %(texts)s.") % {"texts": names})
    if place.hours:
        parts.append(_("Allowed hours: %(hours)s.") % {"hours": place.hours})
    if place.states:
        parts.append(_("Other hours in %(states)s.") % {"states": ", ".join(place.states)})
    if place.consent:
        parts.append(_("Consent: %(consent)s.") % {"consent": place.consent})
    if place.sheet.sources:
        parts.append(place.sheet.sources[0]["name"])
    return " ".join(parts)
