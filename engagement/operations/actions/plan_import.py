"""Work items out of a CSV text: a dry run that names what is wrong in each row, then all of them or none."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from engagement.operations.actions.plan import PlanRefused, lock_plan
from engagement.operations.actions.work_items import WorkItemValues, create_work_item
from engagement.operations.models import Milestone, WorkItem
from engagement.village.audit import NOWHERE, Origin
from engagement.village.models import User

MAX_CHARACTERS = 200_000
MAX_ROWS = 300
DELIMITERS = (",", ";", "\t")
# What the columns may be called, without regard to case.
COLUMNS = {
    "title": ("title", "work item", "name", "título", "titulo", "item de trabalho"),
    "description": ("description", "descrição", "descricao"),
    "owner": ("owner", "email", "assignee", "responsável", "responsavel", "e-mail"),
    "milestone": ("milestone", "marco"),
    "estimate": ("estimate", "points", "estimativa", "pontos"),
    "due_on": ("due", "due_on", "due on", "prazo"),
    "status": ("status", "situação", "situacao"),
    "blocked_reason": ("blocked_reason", "what blocks it", "o que bloqueia"),
}


@dataclass(slots=True)
class ImportRow:
    """One line of the text: what it says, and why it cannot be imported (empty: it can)."""

    line: int
    cells: Mapping[str, str]
    problem: str = ""


@dataclass(slots=True)
class ImportResult:
    """What became of a text. ``ignored``: columns that are not read; ``problem``: why nothing could be read at all."""

    rows: list[ImportRow] = field(default_factory=list)
    ignored: Sequence[str] = ()
    problem: str = ""
    is_imported: bool = False

    @property
    def wrong(self) -> int:
        """How many rows cannot be imported."""
        return sum(bool(row.problem) for row in self.rows)

    @property
    def can_be_imported(self) -> bool:
        """There are rows, and none is wrong."""
        return bool(self.rows) and not self.problem and not self.wrong


def import_work_items(
    *, text: str, is_dry_run: bool, actor: User, now: datetime, origin: Origin = NOWHERE
) -> ImportResult:
    """Add the work items of a text. A row that is wrong, or a dry run: nothing is kept, each row says its problem."""
    result = read_rows(text)
    if result.problem:
        return result
    with transaction.atomic():
        lock_plan()
        known = _Known()
        for row in result.rows:
            try:
                with transaction.atomic():
                    create_work_item(values=known.values_of(row.cells), actor=actor, now=now, origin=origin)
            except PlanRefused as refusal:
                row.problem = str(refusal)
        if is_dry_run or result.wrong:
            transaction.set_rollback(True)
        else:
            result.is_imported = True
    return result


def read_rows(text: str) -> ImportResult:
    """Read the cells of a text whose first line names the columns."""
    if len(text) > MAX_CHARACTERS:
        return ImportResult(problem=_("The file is too large. Import at most 200,000 characters at once."))
    if "\0" in text:
        return ImportResult(problem=_("This is not a CSV file. Save it as CSV in UTF-8 and try again."))
    head = text.lstrip("\ufeff").partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    try:
        lines = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter, strict=True))
    except csv.Error:
        return ImportResult(problem=_("This is not a CSV file. Save it as CSV in UTF-8 and try again."))
    names = [_column(cell) for cell in lines[0]] if lines else []
    if "title" not in names:
        return ImportResult(problem=_("The first line names the columns. One of them has to be “title”."))
    if len(names) - names.count("") != len(set(names) - {""}):
        return ImportResult(problem=_("Two columns have the same name. Remove one of them."))
    rows = list(_rows(lines, names))
    if len(rows) > MAX_ROWS:
        return ImportResult(problem=_("Import at most %(count)d work items at once.") % {"count": MAX_ROWS})
    if not rows:
        return ImportResult(problem=_("There are no rows below the names of the columns."))
    ignored = [cell.strip()[:60] for cell, name in zip(lines[0], names, strict=True) if not name and cell.strip()]
    return ImportResult(rows=rows, ignored=ignored[:20])


def _rows(lines: Sequence[Sequence[str]], names: Sequence[str]) -> Iterator[ImportRow]:
    for number, line in enumerate(lines[1:], start=2):
        if any(cell.strip() for cell in line):
            yield ImportRow(number, {name: cell.strip() for name, cell in zip(names, line, strict=False) if name})


def _column(cell: str) -> str:
    word = cell.strip().lower()
    return next((name for name, words in COLUMNS.items() if word in words), "")


class _Known:
    """What rows may name: people, milestones, words for a status; and the titles that are there already."""

    def __init__(self) -> None:
        self.people = {user.email.lower(): user for user in User.objects.filter(is_active=True)}
        self.milestones: dict[str, list[Milestone]] = {}
        for milestone in Milestone.objects.filter(deleted_at=None):
            self.milestones.setdefault(milestone.title.lower(), []).append(milestone)
        open_items = WorkItem.objects.filter(deleted_at=None).exclude(status=WorkItem.Status.DONE)
        self.taken: set[tuple[str, Any]] = {
            (title.lower(), milestone) for title, milestone in open_items.values_list("title", "milestone")
        }
        self.statuses = dict(_status_words())

    def values_of(self, cells: Mapping[str, str]) -> WorkItemValues:
        """Return the values of a row. Raises PlanRefused."""
        given: dict[str, Any] = {"title": cells.get("title", ""), "description": cells.get("description", "")}
        for name, most in (("title", 150), ("description", 4000)):
            if len(given[name]) > most:
                raise PlanRefused(_("A text of this row is too long: at most %(count)d characters.") % {"count": most})
        given["blocked_reason"] = cells.get("blocked_reason", "")[:200]
        given["owner"] = self._person(cells.get("owner", ""))
        given["milestone"] = self._milestone(cells.get("milestone", ""))
        given["status"] = self._status(cells.get("status", ""))
        given["estimate"] = _estimate(cells.get("estimate", ""))
        given["due_on"] = _day(cells.get("due_on", ""))
        place = (given["title"].lower(), given["milestone"].pk if given["milestone"] else None)
        if place in self.taken:
            raise PlanRefused(_("An open work item of this title is there already."))
        self.taken.add(place)
        return WorkItemValues(**given)

    def _person(self, word: str) -> User | None:
        if word and word.lower() not in self.people:
            raise PlanRefused(_("Nobody here has the email address %(word)s.") % {"word": word[:80]})
        return self.people.get(word.lower())

    def _milestone(self, word: str) -> Milestone | None:
        found = self.milestones.get(word.lower(), [])
        if word and len(found) != 1:
            text = _("There is no milestone “%(word)s”.") if not found else _("Two milestones are called “%(word)s”.")
            raise PlanRefused(text % {"word": word[:80]})
        return found[0] if found else None

    def _status(self, word: str) -> str:
        if not word:
            return WorkItem.Status.NEXT
        if word.lower() not in self.statuses:
            raise PlanRefused(
                _("“%(word)s” is no status. Use next, in_progress, blocked or done.") % {"word": word[:80]}
            )
        return self.statuses[word.lower()]


def _status_words() -> Iterator[tuple[str, str]]:
    for language in ("en", "pt-br"):
        with override(language):
            for status in WorkItem.Status:
                yield str(status.label).lower(), status.value
                yield status.value, status.value


def _estimate(word: str) -> int:
    if not word:
        return 1
    if not (word.isascii() and word.isdigit() and len(word) <= 6):
        raise PlanRefused(_("“%(word)s” is no estimate. Use a whole number of points.") % {"word": word[:80]})
    return int(word)


def _day(word: str) -> date | None:
    """Read 2026-12-31, or the way of the person's language."""
    if not word:
        return None
    own = "%d/%m/%Y" if (get_language() or "").startswith("pt") else "%m/%d/%Y"
    for form in ("%Y-%m-%d", own):
        try:
            day = datetime.strptime(word, form).date()  # noqa: DTZ007  a day, not a moment
        except ValueError:
            continue
        if 2000 <= day.year <= 2100:
            return day
    raise PlanRefused(_("“%(word)s” is no day. Write it as 2026-12-31.") % {"word": word[:80]})
