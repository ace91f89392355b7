"""The rule sheets that hold now, without a query on most calls.

Each process keeps all approved versions. Every two seconds it compares a mark in the cache, which each approval
replaces after its commit; so a new version is known everywhere with the next message.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.cache import cache
from django.db import transaction
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from redis.exceptions import RedisError

from engagement.channels.jurisdictions.area_codes import AREA_CODES
from engagement.channels.jurisdictions.rules import Rules, overlay, read_rules
from engagement.channels.models.jurisdiction import RuleSheet
from engagement.channels.policy.hours import Hours
from engagement.channels.policy.quiet_hours import DAILY, RuledHours
from engagement.village.models.people import in_language

MARK = "rule-sheets:mark"
TRUSTED_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Version:
    """One approved version, as it is kept in each process."""

    key: UUID
    place: str
    name: str
    name_pt: str
    number: int
    valid_from: datetime
    rules: Mapping[str, Any]
    sources: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What holds in a place: a state's version over its country's. ``version`` is the one that names it."""

    place: str
    version: Version
    stored: Mapping[str, Any]
    rules: Rules
    sources: tuple[Mapping[str, str], ...]

    @property
    def name(self) -> str:
        """What the place is called, in the reader's language."""
        return in_language(self.version.name, self.version.name_pt)

    def windows_of(self, channel: str) -> list[Mapping[str, Any]]:
        """Return the allowed hours of a kind of channel as they are stored; empty: the general ones."""
        return list(self.stored.get("hours", {}).get(channel, []))


@dataclass(frozen=True, slots=True, eq=False)
class SheetsInForce:
    """Every place that has a sheet, and what the policy's statement needs of them.

    ``express``: "channel:place" where an implied consent is not enough for marketing.
    """

    sheets: Mapping[str, Sheet]
    hours: RuledHours
    express: Mapping[str, bool]

    def sheet_of(self, *, country: str, phone: str = "") -> Sheet | None:
        """Return the sheet of somebody with this country and phone number, either empty when it is not known."""
        country, digits = country.upper(), phone.lstrip("+")
        known = [digits[:length] for length in (4, 3, 2, 1) if digits[:length] in self.hours.states]
        place = self.hours.states[known[0]] if known else ""
        if country and place[:2] != country:
            place = country
        return self.sheets.get(place)


_local: tuple[float, str, tuple[Version, ...]] | None = None
_built: dict[tuple[UUID, ...], SheetsInForce] = {}


def sheets_in_force(now: datetime) -> SheetsInForce:
    """Return the sheets that hold at ``now``."""
    newest: dict[str, Version] = {}
    for version in _versions():  # the oldest first
        if version.valid_from <= now:
            newest[version.place] = version
    keys = tuple(version.key for _place, version in sorted(newest.items()))
    if keys not in _built:
        if len(_built) > 8:
            _built.clear()
        _built[keys] = _build(newest)
    return _built[keys]


def announce_rule_sheets() -> None:
    """Let everybody read the sheets anew: this process now, the others after the commit."""
    forget_rule_sheets()
    transaction.on_commit(_share)


def forget_rule_sheets() -> None:
    """Read the sheets anew with the next call (for loaders and tests)."""
    global _local
    _local = None


def _share() -> None:
    forget_rule_sheets()
    try:
        cache.set(MARK, uuid4().hex, None)
    except (RedisError, OSError):
        return  # the others look again when they restart


def _versions() -> tuple[Version, ...]:
    global _local
    moment = time.monotonic()
    if _local is not None and moment - _local[0] < TRUSTED_SECONDS:
        return _local[2]
    mark = _mark()
    _local = (moment, mark, _load() if _local is None or _local[1] != mark else _local[2])
    return _local[2]


def _mark() -> str:
    try:
        return str(cache.get(MARK, ""))
    except (RedisError, OSError):
        return "" if _local is None else _local[1]


def _load() -> tuple[Version, ...]:
    rows = RuleSheet.objects.approved().select_related("jurisdiction").order_by("valid_from", "number", "key")
    return tuple(
        Version(
            key=row.key,
            place=row.jurisdiction.code,
            name=row.jurisdiction.name,
            name_pt=row.jurisdiction.name_pt,
            number=row.number,
            valid_from=row.valid_from,
            rules=row.rules,
            sources=tuple(row.sources),
        )
        for row in rows
    )


def _build(newest: Mapping[str, Version]) -> SheetsInForce:
    sheets = {place: _sheet(version, newest) for place, version in newest.items()}
    hours: dict[str, dict[str, Hours]] = {}
    for place, sheet in sheets.items():
        parent = sheets.get(place[:2])
        for channel, own in sheet.rules.hours.items():
            general = parent.rules.hours.get(channel, DAILY) if parent is not None else DAILY
            if own != DAILY or general != DAILY:
                hours.setdefault(channel, {})[place] = own
    express = {
        f"{channel}:{place}": True
        for place, sheet in sheets.items()
        for channel in sheet.rules.consent
        if sheet.rules.needs_express(channel)
    }
    return SheetsInForce(sheets, RuledHours(hours=hours, states=_states(sheets)), express)


def _sheet(version: Version, newest: Mapping[str, Version]) -> Sheet:
    parent = newest.get(version.place[:2]) if "-" in version.place else None
    if parent is None:
        return Sheet(version.place, version, version.rules, read_rules(version.rules), version.sources)
    stored = overlay(parent.rules, version.rules)
    return Sheet(version.place, version, stored, read_rules(stored), (*version.sources, *parent.sources))


def _states(sheets: Mapping[str, Sheet]) -> dict[str, str]:
    """The place of a number, by its first digits: a state that has a sheet, else the country of the number."""
    found = {str(code): country for country, code in _calling_codes().items() if country in sheets}
    for state, codes in AREA_CODES.items():
        place = state if state in sheets else state[:2]
        calling = "55" if state.startswith("BR") else "1"
        if place in sheets:
            found |= {calling + code: place for code in codes.split()}
    return found


def _calling_codes() -> dict[str, int]:
    """The calling codes that belong to one country; of shared ones, to the country that they are known for.

    Not North America's, which are told apart by their area codes.
    """
    return {regions[0]: code for code, regions in COUNTRY_CODE_TO_REGION_CODE.items() if regions and code != 1}
