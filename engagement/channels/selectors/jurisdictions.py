"""The places that have rules, as their pages show them."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Count, Prefetch
from django.db.models.functions import Upper
from redis.exceptions import RedisError

from engagement.channels.jurisdictions.in_force import Sheet, sheets_in_force
from engagement.channels.jurisdictions.wording import compare_rules, describe_consent, describe_hours, describe_rules
from engagement.channels.models import Jurisdiction, RuleSheet
from engagement.profiles.models import Profile

COUNTED_SECONDS = 600
MAX_TOUCHED = 8
WORTH_KEEPING = 10_000  # profiles; fewer are counted each time
_COUNTED = "jurisdictions:people-by-country"


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One place in the list. ``people``: of the country, about; None for a state, whose people are not counted."""

    place: Jurisdiction
    sheet: Sheet | None
    people: int | None
    proposed: RuleSheet | None
    sms: str
    email: str

    @property
    def is_state(self) -> bool:
        """It stands below its country."""
        return bool(self.place.state)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version: what it says, and what is different from the one before that held."""

    sheet: RuleSheet
    changes: list[tuple[str, str, str]]
    is_in_force: bool


@dataclass(frozen=True, slots=True)
class PlacePage:
    """A place with its rules as they hold (a state's over its country's) and all versions, the newest first."""

    place: Jurisdiction
    sheet: Sheet | None
    lines: list[tuple[str, str]]
    country: Jurisdiction | None
    states: list[Jurisdiction]
    versions: list[VersionRow]
    proposed: RuleSheet | None


def count_people_by_country() -> dict[str, int]:
    """Return how many profiles each country has; of many, as counted within the last ten minutes."""
    found: dict[str, int] | None
    try:
        found = cache.get(_COUNTED)
    except (RedisError, OSError):
        found = None
    if found is None:
        rows = Profile.objects.canonical().exclude(country="").annotate(code=Upper("country")).order_by()
        found = dict[str, int](rows.values_list("code").annotate(people=Count("pk")))
        if sum(found.values()) >= WORTH_KEEPING:
            with suppress(RedisError, OSError):
                cache.set(_COUNTED, found, COUNTED_SECONDS)
    return found


def list_places(*, now: datetime) -> list[PlaceRow]:
    """Return every place, countries with their states below. Three queries."""
    proposals = RuleSheet.objects.filter(status=RuleSheet.Status.PROPOSED)
    places = Jurisdiction.objects.prefetch_related(Prefetch("sheets", queryset=proposals, to_attr="waiting"))
    current, people = sheets_in_force(now), count_people_by_country()
    return [
        PlaceRow(
            place=place,
            sheet=(sheet := current.sheets.get(place.code)),
            people=None if place.state else people.get(place.country, 0),
            proposed=next(iter(getattr(place, "waiting", [])), None),
            sms=_summary(sheet, "sms"),
            email=_summary(sheet, "email"),
        )
        for place in places.order_by("country", "state")
    ]


def _summary(sheet: Sheet | None, channel: str) -> str:
    if sheet is None:
        return ""
    parts = describe_hours(sheet.windows_of(channel)) if channel == "sms" else []
    if channel in sheet.rules.consent:
        parts.append(describe_consent(sheet.rules.consent[channel]))
    return "; ".join(parts)


def show_place(*, place: Jurisdiction, now: datetime) -> PlacePage:
    """Return one place. Four queries."""
    sheet = sheets_in_force(now).sheets.get(place.code)
    versions = list(place.sheets.select_related("author", "decided_by").order_by("-number"))
    country = Jurisdiction.objects.filter(country=place.country, state="").first() if place.state else None
    states = [] if place.state else list(Jurisdiction.objects.filter(country=place.country).exclude(state=""))
    return PlacePage(
        place=place,
        sheet=sheet,
        lines=describe_rules(sheet.stored) if sheet else [],
        country=country,
        states=states,
        versions=[
            VersionRow(one, _changes(one, versions), sheet is not None and sheet.version.key == one.pk)
            for one in versions
        ],
        proposed=next((one for one in versions if one.is_proposed), None),
    )


def _changes(sheet: RuleSheet, versions: list[RuleSheet]) -> list[tuple[str, str, str]]:
    before = version_before(sheet, versions)
    return compare_rules(before.rules, sheet.rules) if before is not None else []


def compare_with_previous(sheet: RuleSheet) -> tuple[RuleSheet | None, list[tuple[str, str, str]]]:
    """Return the approved version before this one, and (what, before, after) of each difference. One query."""
    before = sheet.jurisdiction.sheets.approved().filter(number__lt=sheet.number).order_by("-number").first()
    return before, compare_rules(before.rules if before else {}, sheet.rules)


def version_before(sheet: RuleSheet, versions: list[RuleSheet]) -> RuleSheet | None:
    """Return the approved version that a version would take the place of."""
    approved = [one for one in versions if one.number < sheet.number and one.status == RuleSheet.Status.APPROVED]
    return max(approved, key=lambda one: one.number, default=None)


@dataclass(frozen=True, slots=True)
class TouchedPlace:
    """A country where people of ours live, and what its sheet asks of one kind of channel.

    ``states`` have other hours than the country. ``required``: codes of ``rules.REQUIRED_TEXT``.
    """

    sheet: Sheet
    people: int
    hours: str
    states: tuple[str, ...]
    consent: str
    required: tuple[str, ...]


def touched_places(*, channel: str, people: Mapping[str, int] | None = None, now: datetime) -> list[TouchedPlace]:
    """Return the countries with a sheet where people live (all of ours, unless given), most people first."""
    current = sheets_in_force(now)
    found: list[TouchedPlace] = []
    counted = count_people_by_country() if people is None else people
    for country, count in sorted(counted.items(), key=lambda one: (-one[1], one[0])):
        sheet = current.sheets.get(country)
        if sheet is None or len(found) >= MAX_TOUCHED:
            continue
        states = [one for place, one in current.sheets.items() if place.startswith(f"{country}-")]
        bases = sheet.rules.consent.get(channel)
        found.append(
            TouchedPlace(
                sheet=sheet,
                people=count,
                hours="; ".join(describe_hours(sheet.windows_of(channel))),
                states=tuple(
                    sorted(one.name for one in states if one.windows_of(channel) != sheet.windows_of(channel))
                ),
                consent=describe_consent(bases) if bases else "",
                required=sheet.rules.required.get(channel, ()),
            )
        )
    return found
