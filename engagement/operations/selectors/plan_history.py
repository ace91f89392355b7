"""What happened to a milestone or a work item, out of the audit trail, in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field
from django.utils import formats
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from engagement.operations.models import Milestone, MilestoneChange, WorkItem
from engagement.village.models import AuditEntry

MAX_ENTRIES = 20


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that was set (``before`` is empty) or changed, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """An entry of the audit trail with its values."""

    entry: AuditEntry
    facts: Sequence[Fact]


def history_of(row: Milestone | WorkItem) -> list[HistoryLine]:
    """Return the newest entries about a row of the plan. One query."""
    entries = AuditEntry.objects.filter(subject_type=row._meta.label_lower, subject_id=str(row.pk))
    found = entries.select_related("actor").order_by("-key")[:MAX_ENTRIES]
    return [HistoryLine(entry, list(_facts(row, entry.detail))) for entry in found]


def _facts(row: Milestone | WorkItem, detail: Mapping[str, Any]) -> list[Fact]:
    facts = []
    for name, value in detail.items():
        before, after = value if isinstance(value, list) and len(value) == 2 else ("", value)
        if before != after:
            facts.append(Fact(_label(row, name), _in_words(row, name, before), _in_words(row, name, after)))
    return facts


def _label(row: Milestone | WorkItem, name: str) -> str:
    named = {"reason": _("Reason"), "answer": _("Answer"), "decision": _("Decision")}
    field = _field(row, name)
    return str(field.verbose_name) if field is not None and name not in named else named.get(name, name)


def _field(row: Milestone | WorkItem, name: str) -> Field[Any, Any] | None:
    try:
        field = row._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, Field) else None


def _in_words(row: Milestone | WorkItem, name: str, value: Any) -> str:
    field = _field(row, name)
    choices = (
        dict(MilestoneChange.Status.choices) if name == "decision" else dict(getattr(field, "choices", None) or ())
    )
    if value in choices:
        return str(choices[value])
    day = _day(value) if name.endswith("_on") else None
    return formats.date_format(day, "SHORT_DATE_FORMAT") if day is not None else str(value)


def _day(value: Any) -> date | None:
    try:
        return parse_date(str(value))
    except ValueError:
        return None
