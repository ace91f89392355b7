"""Turns a row of a file into what will be brought in: addresses, facts, tags, consent, and what is wrong with it."""

import re
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from engagement.keys import new_key_text
from engagement.organization.current import current_organization
from engagement.profiles.addresses import SCOPED
from engagement.profiles.aliases import alias_of
from engagement.profiles.attributes import tags_in
from engagement.profiles.importing import values
from engagement.profiles.importing.mapping import IMPORT_DAY, Mapping
from engagement.profiles.importing.opt_outs import opted_out
from engagement.profiles.importing.reading import Record
from engagement.profiles.importing.targets import ALL_CHANNELS
from engagement.profiles.importing.values import SPREADSHEET_ERRORS, BadCell
from engagement.profiles.models import AttributeDefinition
from engagement.profiles.models.consent import CHANNELS
from engagement.profiles.names import MAX_NAME, is_nobody, join_names
from engagement.profiles.phone_numbers import with_area_code
from engagement.profiles.spreadsheet_cells import as_it_was
from engagement.village.models import User

Parse = Callable[..., Any]
MOST_NOTES = 20
NUMBER_FAULTS = ("no_area_code", "shortened_number")
UNREADABLE = "\ufffd"  # what a byte becomes that means nothing in the file's encoding
_KEPT_AS_TEXT = re.compile(r'=\s*"([^"]*)"\s*')  # Excel's way of keeping digits as text
MOST_TAGS = 50


@dataclass(slots=True)
class Staged:
    """A row by its number. ``refused``: a code, with ``detail``; ``notes``: ``code:column`` each. ``data``: addresses
    (``i``: kind, scope, normalised, as given, key, alias; those that decide come first), facts (``f``), attributes
    (``a``), tags (``t``), consent by channel (``c``) with when (``at``) and where (``where``) it was given.
    """

    line: int
    refused: str = ""
    detail: str = ""
    notes: list[str] = field(default_factory=list)
    data: dict[str, Any] | None = None


class RowReader:
    """Reads rows by one mapping. ``now``: nobody agreed later than that. ``marked``: the columns of consent that hold
    nothing but marks for yes and no (1, 0, x), which count only there.
    """

    def __init__(
        self,
        mapping: Mapping,
        headers: Sequence[str],
        definitions: Iterable[AttributeDefinition],
        now: datetime,
        *,
        marked: frozenset[int] = frozenset(),
    ) -> None:
        self._mapping = mapping
        self._order = {kind: place for place, kind in enumerate(mapping.decides)}
        self._consents = dict.fromkeys(mapping.agreed, True)
        self._width = len(headers)
        self._marked = marked
        self._country_place = mapping.columns.index("country") if "country" in mapping.columns else None
        self._area_place = mapping.columns.index("area_code") if "area_code" in mapping.columns else None
        self._country = mapping.country or current_organization().country
        self._consent_place = next(
            (place for place, target in enumerate(mapping.columns) if target == "consent_at"),
            next((place for place, target in enumerate(mapping.columns) if target.startswith("consent:")), None),
        )
        known = {f"attribute:{one.slug}": one for one in definitions}
        self._colleagues = colleagues() if "owner" in mapping.columns else {}
        self._columns = [
            (place, *_part_of(target), self._parser(place, target, known, now))
            for place, target in enumerate(mapping.columns)
            if target
        ]

    def _parser(self, place: int, target: str, known: Dict[str, AttributeDefinition], now: datetime) -> Parse:
        day_first = self._mapping.day_first
        part, name = _part_of(target)
        if part == "identity":
            if name == "phone":
                return values.phone  # in the row's own country
            return values.email if name == "email" else partial(values.address, name)
        if part == "attribute":
            return partial(values.attribute, known[target], day_first=day_first)
        if target == "consent_at":
            return partial(values.past_moment, day_first=day_first, now=now)
        parsers: dict[str, Parse] = {
            "name": values.name,
            "first_name": values.part_of_name,
            "middle_name": values.part_of_name,
            "last_name": values.part_of_name,
            "area_code": partial(values.words, most=10),
            "place": values.place,
            "language": values.language,
            "time_zone": values.time_zone,
            "country": values.country,
            "lifecycle": values.lifecycle,
            "tags": _tags,
            "owner": self._owner,
            "consent_source": partial(values.words, most=200),
        }
        if part == "optout":
            return opted_out
        if part == "consent":
            return partial(values.agreement, with_marks=place in self._marked)
        return parsers[target]

    def _owner(self, text: str) -> str:
        found = self._colleagues.get(text.strip().lower())
        if found is None:
            raise BadCell("bad_owner")
        return found

    def read(self, record: Record) -> Staged:
        """Return what a row brings. It never raises for what stands in a row."""
        staged = Staged(record.line, notes=[f"{code}:" for code in record.mended])
        if record.fault:
            staged.refused = record.fault
            return staged
        found = self._cells(record.cells, staged.notes)
        addresses = found.get("identity")
        if not addresses or addresses[0][0] not in self._order:
            wrong = [note for note in staged.notes if note.startswith(("bad_", *NUMBER_FAULTS))]
            staged.refused, staged.detail = self._without_address(wrong)
            return staged
        staged.data = self._data(found, addresses, staged.notes)
        staged.notes = staged.notes[:MOST_NOTES]
        return staged

    def _cells(self, cells: list[str], notes: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        country, area = self._country_of(cells), self._area_of(cells)
        for place, part, name, parse in self._columns:
            cell = cells[place]
            if not cell or cell.isspace():
                continue
            cell = _as_text(cell)
            if not cell.strip():
                continue
            if not cell.isascii() and UNREADABLE in cell:
                notes.append(f"unreadable_bytes:{place}")
            if cell[0] == "#" and cell.strip() in SPREADSHEET_ERRORS:
                notes.append(f"spreadsheet_error:{place}")
                continue
            if part == "optout":
                self._opt_out(found, name, cell, notes, place)
                continue
            if part == "identity":
                self._add_all(found, name, cell, parse, (country, area), notes, place)
                continue
            try:
                found.setdefault(part, {})[name] = parse(cell)
            except BadCell as error:
                notes.append(f"{error}:{place}")
        return found

    def _opt_out(self, found: dict[str, Any], name: str, cell: str, notes: list[str], place: int) -> None:
        """Who opted out gets no marketing; of what cannot be understood that is supposed, and told."""
        try:
            if not opted_out(cell):
                return
        except BadCell as error:
            notes.append(f"{error}:{place}")
        channels = CHANNELS if name == ALL_CHANNELS else (name,)
        found.setdefault("optout", {}).update(dict.fromkeys(channels, False))

    def _country_of(self, cells: list[str]) -> str:
        """The row's own country, else the file's, else the organization's."""
        cell = cells[self._country_place] if self._country_place is not None else ""
        if not cell or cell.isspace():
            return self._country
        try:
            return values.country(cell)
        except BadCell:
            return self._country

    def _area_of(self, cells: list[str]) -> str:
        """The area code that stands in a column of its own, without the zero before it."""
        cell = cells[self._area_place] if self._area_place is not None else ""
        digits = "".join(letter for letter in cell if letter.isdigit()).lstrip("0")
        return digits if 2 <= len(digits) <= 5 else ""

    def _add_all(
        self,
        found: dict[str, Any],
        kind: str,
        cell: str,
        parse: Parse,
        dialled: tuple[str, str],
        notes: list[str],
        place: int,
    ) -> None:
        """The addresses of a cell; what is none among them is told of. ``dialled``: the row's country, area code."""
        country, area = dialled
        for one in values.split_addresses(kind, cell):
            try:
                is_number = kind == "phone"
                value = parse(with_area_code(one, area=area, country=country), country) if is_number else parse(one)
            except BadCell as error:
                notes.append(f"{error}:{place}")
                continue
            self._add(found.setdefault("identity", []), kind, value)

    def _add(self, addresses: list[list[str]], kind: str, value: tuple[str, str]) -> None:
        """What decides stands before the others, in the order that was chosen; the same address stands once."""
        norm, given = value
        if addresses and any(one[0] == kind and one[2] == norm for one in addresses):
            return
        scope = self._mapping.scope if kind in SCOPED else ""
        addresses.append([kind, scope, norm, given, new_key_text(), alias_of(kind, norm)])
        if len(addresses) > 1:
            addresses.sort(key=lambda one: self._order.get(one[0], len(self._order)))

    def _without_address(self, wrong: list[str]) -> tuple[str, str]:
        for note in wrong:
            code, _, place = note.partition(":")
            target = self._mapping.columns[int(place)] if place else ""
            if target.removeprefix("identity:") in self._order:
                return code, place
        return "no_address", ""

    def _data(self, found: dict[str, Any], addresses: list[list[str]], notes: list[str]) -> dict[str, Any]:
        facts = found.get("fact", {})
        facts.pop("area_code", None)
        _join_name(facts, notes)
        tags = facts.pop("tags", [])
        if self._mapping.tags:
            tags = sorted({*tags, *self._mapping.tags})
        if "owner" in facts:
            facts["owner_id"] = facts.pop("owner")
        at, where = facts.pop("consent_at", None), facts.pop("consent_source", "")
        data: dict[str, Any] = {"i": addresses}
        if facts:
            data["f"] = facts
        if attributes := found.get("attribute"):
            data["a"] = attributes
        if tags:
            data["t"] = tags[:MOST_TAGS]
        if consents := self._dated(self._said_of_consent(found), at, notes):
            data["c"] = consents
            data |= {"at": at.isoformat()} if at else {"dated_by": "import"} if any(consents.values()) else {}
            data |= {"where": where} if where else {}
        return data

    def _said_of_consent(self, found: dict[str, Any]) -> dict[str, bool]:
        """By channel, the row's own word before what everybody agreed to; an opt-out before any yes."""
        return {**self._consents, **found.get("consent", {}), **found.get("optout", {})}

    def _dated(self, consents: dict[str, bool], at: datetime | None, notes: list[str]) -> dict[str, bool]:
        """A consent of which nobody can say when it was given is none, unless the import's day was chosen for it."""
        if at or not any(consents.values()):
            return consents
        place = "" if self._consent_place is None else self._consent_place
        if self._mapping.undated == IMPORT_DAY:
            if "consent_at" in self._mapping.columns:
                notes.append(f"consent_dated_by_import:{place}")
            return consents
        notes.append(f"consent_without_date:{place}")
        return {channel: agreed for channel, agreed in consents.items() if not agreed}


def _as_text(cell: str) -> str:
    """A cell without the marks by which spreadsheets keep it from being a formula or a number."""
    if cell[0] == "'":
        return as_it_was(cell)
    kept = _KEPT_AS_TEXT.fullmatch(cell) if cell[0] == "=" else None
    return kept[1] if kept else cell


def _join_name(facts: dict[str, Any], notes: list[str]) -> None:
    """Make one name of first and last name."""
    first, last = facts.pop("first_name", ""), facts.pop("last_name", "")
    middle = facts.pop("middle_name", "")
    if first and middle and not is_nobody(middle):
        first = f"{first} {middle}"
    if not first and not last:
        return
    if name := join_names(first, last)[:MAX_NAME]:
        facts["name"] = name
    else:
        notes.append("no_name_given:")


def _part_of(target: str) -> tuple[str, str]:
    part, colon, name = target.partition(":")
    return (part, name) if colon else ("fact", target)


def colleagues() -> dict[str, str]:
    """The keys of those who work here, by their addresses. Asked before any row: nothing is asked in a COPY."""
    people = User.objects.filter(is_active=True).values_list("email", "pk")
    return {email.lower(): str(key) for email, key in people}


@lru_cache(maxsize=2_000)
def _tags(text: str) -> list[str]:
    """Google's own groups ("* myContacts") are no tags; Mailchimp's stand in quotation marks."""
    parts = text.replace(":::", ",").replace(";", ",").replace("|", ",").replace("\n", ",").split(",")
    return tags_in(",".join(part.strip().strip('"“”') for part in parts if not part.strip().startswith("*")))


def marked_columns(mapping: Mapping, rows: Iterable[Record]) -> frozenset[int]:
    """Return the columns of consent in which nothing stands but words and marks for yes and no, by the first rows."""
    places = {place for place, target in enumerate(mapping.columns) if target.startswith("consent:")}
    if not places:
        return frozenset()
    for record in rows:
        for place in list(places):
            cell = record.cells[place].strip() if place < len(record.cells) and not record.fault else ""
            if cell and not values.is_mark(cell):
                places.discard(place)
    return frozenset(places)
