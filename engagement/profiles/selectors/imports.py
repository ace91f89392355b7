"""Imports as their pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from engagement.profiles.importing.counting import refused_of, together
from engagement.profiles.importing.words import kept_words, refused_words
from engagement.profiles.models import ImportChunk, PeopleImport
from engagement.profiles.selectors.import_samples import country_name

PAGE = 30
Status, State = PeopleImport.Status, ImportChunk.State


@dataclass(frozen=True, slots=True)
class Reason:
    """Why so many rows were refused, or stayed."""

    says: str
    rows: int


@dataclass(frozen=True, slots=True)
class ImportState:
    """How far an import is. ``finished`` and ``whole`` count rows of the step that it is in, bytes while it is read."""

    finished: int
    whole: int
    counted: dict[str, Any]
    rows: int
    refused: int
    reasons: Sequence[Reason]
    kept: Sequence[Reason]
    numbers: Sequence[Reason]


def page(after: UUID | None) -> tuple[list[PeopleImport], UUID | None]:
    """Return a page of imports, the newest first, and where the next begins. One query."""
    found = PeopleImport.objects.select_related("made_by").order_by("-key")
    rows = list((found.filter(key__lt=after) if after else found)[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None


def state(held: PeopleImport) -> ImportState:
    """Return how far an import is and what came of it so far. One query."""
    chunks = list(held.chunks.order_by("first_line"))
    finished, whole = _progress(held, chunks)
    refused = _refused(held, chunks)
    counted = _counted(held, chunks)
    kept = held.undone.get("kept", {})
    return ImportState(
        finished=finished,
        whole=whole,
        counted=counted,
        rows=held.read_rows,
        refused=refused_of({"refused": refused}),
        reasons=_reasons(refused, partial(refused_words, is_company=held.is_of_companies)),
        kept=_reasons(kept, kept_words),
        numbers=_numbers(held, chunks),
    )


def _numbers(held: PeopleImport, chunks: list[ImportChunk]) -> list[Reason]:
    """Phone numbers by country, the most first, those that were refused last."""
    counted = held.tried.get("numbers") or together(chunk.staged for chunk in chunks).get("numbers", {})
    countries = [(country, rows) for country, rows in counted.items() if country != "refused"]
    found = [
        Reason(country_name(country) if country != "?" else _("other"), rows)
        for country, rows in sorted(countries, key=lambda one: (-one[1], one[0]))
    ]
    return found + (
        [Reason(pgettext("phone numbers", "refused"), counted["refused"])] if counted.get("refused") else []
    )


def _reasons(counted: dict[str, int], words: Any) -> list[Reason]:
    return [Reason(words(code), rows) for code, rows in sorted(counted.items(), key=lambda one: (-one[1], one[0]))]


def _progress(held: PeopleImport, chunks: list[ImportChunk]) -> tuple[int, int]:
    if held.status == Status.READING:
        return held.read_bytes, max(held.size, held.read_bytes)
    reached = {
        Status.CHECKING: (State.CHECKED,),
        Status.RUNNING: (State.DONE,),
        Status.STOPPED: (State.DONE,),
        Status.UNDOING: (State.UNDONE,),
    }.get(Status(held.status), ())
    begun = (State.DONE, State.UNDONE) if held.status == Status.UNDOING else tuple(State.values)
    return (
        sum(chunk.rows for chunk in chunks if chunk.state in reached),
        sum(chunk.rows for chunk in chunks if chunk.state in begun),
    )


def _refused(held: PeopleImport, chunks: list[ImportChunk]) -> dict[str, int]:
    """By reason: what the trial refused, and what the run had to refuse besides."""
    tried = held.tried or together(chunk.staged for chunk in chunks)
    later = together(chunk.done for chunk in chunks) if chunks else held.done
    return dict(together([tried.get("refused", {}), later.get("refused", {})]))


def _counted(held: PeopleImport, chunks: list[ImportChunk]) -> dict[str, Any]:
    if held.status == Status.UNDOING:
        return together(chunk.undone for chunk in chunks)
    if held.status in (Status.RUNNING, Status.STOPPED):
        return together(chunk.done for chunk in chunks)
    if held.status == Status.CHECKING:
        return together(chunk.tried for chunk in chunks)
    found = {Status.DONE: held.done, Status.UNDONE: held.undone}.get(Status(held.status), held.tried)
    return dict(found)
