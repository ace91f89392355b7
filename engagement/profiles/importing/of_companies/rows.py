"""Turns a row of a file into a company: its name, domains, country, owner, and the name of what it belongs to."""

from collections.abc import Callable, Sequence
from typing import Any

from engagement.profiles.companies.domains import domain_in, domains_in
from engagement.profiles.companies.refusals import CompanyRefused
from engagement.profiles.importing import values
from engagement.profiles.importing.mapping import Mapping
from engagement.profiles.importing.reading import Record
from engagement.profiles.importing.rows import MOST_NOTES, Staged, colleagues
from engagement.profiles.importing.values import SPREADSHEET_ERRORS, BadCell
from engagement.profiles.spreadsheet_cells import as_it_was

LONGEST, MOST_DOMAINS = 200, 50


class CompanyReader:
    """Reads rows by one mapping. ``data``: name (``n``), domains (``d``), name of the parent (``p``), facts (``f``)."""

    def __init__(self, mapping: Mapping, headers: Sequence[str]) -> None:
        people = colleagues() if "owner" in mapping.columns else {}
        self._width = len(headers)
        parsers: dict[str, Callable[[str], Any]] = {
            "name": _name,
            "parent": _name,
            "domains": _domains,
            "country": values.country,
            "owner": lambda text: _known(people, text),
        }
        self._columns = [(place, code, parsers[code]) for place, code in enumerate(mapping.columns) if code]

    def read(self, record: Record) -> Staged:
        """Return what a row brings. It never raises for what stands in a row."""
        staged = Staged(record.line, notes=[f"{code}:" for code in record.mended])
        if record.fault:
            staged.refused = record.fault
            return staged
        found = self._cells(record.cells, staged.notes)
        staged.notes = staged.notes[:MOST_NOTES]
        if not found.get("name"):
            staged.refused = "no_name"
            return staged
        facts = {"country": found.get("country"), "owner_id": found.get("owner")}
        staged.data = {"n": found["name"], "f": {name: value for name, value in facts.items() if value}}
        if found.get("domains"):
            staged.data["d"] = found["domains"]
        if found.get("parent"):
            staged.data["p"] = found["parent"]
        return staged

    def _cells(self, cells: list[str], notes: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for place, code, parse in self._columns:
            cell = as_it_was(cells[place]) if cells[place][:1] == "'" else cells[place]
            if not cell or cell.isspace():
                continue
            if cell.strip() in SPREADSHEET_ERRORS:
                notes.append(f"spreadsheet_error:{place}")
                continue
            try:
                found[code] = parse(cell)
            except BadCell as error:
                notes.append(f"{error}:{place}")
        return found


def _name(text: str) -> str:
    return values.words(text, LONGEST)


def _domains(text: str) -> list[str]:
    """Several in one cell, between commas, semicolons and blanks; one that is none refuses the cell."""
    try:
        return sorted({domain_in(word) for word in domains_in(text)})[:MOST_DOMAINS]
    except CompanyRefused as error:
        raise BadCell("bad_domain") from error


def _known(people: dict[str, str], text: str) -> str:
    found = people.get(text.strip().lower())
    if found is None:
        raise BadCell("bad_owner")
    return found
