"""What a cell of the matrix says in one sentence: the worst thing in it, by its first row or its figure."""

from datetime import date, timedelta

from django.utils import formats
from django.utils.translation import gettext as _

from engagement.operations.figures import figure_of, target_of
from engagement.operations.maturity import KEPT_DAYS
from engagement.operations.models import Outcome
from engagement.operations.phrases import in_words
from engagement.operations.selectors.matrix import Cell, Line


def describe_cell(cell: Cell, today: date) -> str:
    """Return the sentence of a cell: what fails, what cannot be judged, or since when everything passes."""
    worst = cell.worst
    if worst is None:
        return ""
    if worst.outcome == Outcome.PASS:
        return _describe_passing(cell, today)
    return describe_line(worst)


def _describe_passing(cell: Cell, today: date) -> str:
    if cell.passed_days >= KEPT_DAYS:
        return _("Everything has passed for %(days)d days") % {"days": KEPT_DAYS}
    if cell.passed_days <= 1:
        return _("Everything passes since today")
    first = today - timedelta(days=cell.passed_days - 1)
    return _("Everything passes since %(day)s") % {"day": formats.date_format(first, "MONTH_DAY_FORMAT")}


def describe_line(line: Line) -> str:
    """Return what one item says of itself."""
    statement = str(line.item.statement)
    if line.answer is None or line.outcome == Outcome.INSUFFICIENT:
        return _("%(statement)s: not enough data") % {"statement": statement}
    if line.outcome == Outcome.WAIVED and line.waiver:
        return _("%(statement)s: waived by %(name)s") % {"statement": statement, "name": line.waiver.person.first_name}
    facts = {
        "statement": statement,
        "figure": figure_of(line.item, line.answer.figure),
        "target": target_of(line.item, line.answer.threshold),
    }
    if line.outcome == Outcome.PASS:
        return _("%(statement)s: %(figure)s") % facts
    return _describe_failing(line, facts)


def _describe_failing(line: Line, facts: dict[str, str]) -> str:
    evidence = line.answer.evidence if line.answer is not None else []
    first, why = (in_words(evidence[0][0]), in_words(evidence[0][1])) if evidence else ("", "")
    facts |= {"first": _shortened(first), "why": _shortened(why), "count": str(len(evidence))}
    if line.item.finding and (first or "%(first)s" not in str(line.item.finding)):
        return str(line.item.finding) % facts
    return _("%(statement)s: %(figure)s, target %(target)s") % facts


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59].rstrip()}…"
