"""What changed on the blueprint: the entries of the audit trail, and the difference of two versions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from engagement.operations.models import Component, Link
from engagement.village.action_names import name_of
from engagement.village.models import AuditEntry

SHOWN = 50
_KINDS = ("operations.component", "operations.link", "operations.blueprintversion")


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the audit trail, in words."""

    entry: AuditEntry
    action: str
    fields: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different between two versions in one component or link. ``kind``: added, removed or changed."""

    kind: str
    what: str
    fields: list[tuple[str, str, str]]


def recent_changes() -> list[Change]:
    """Return the last changes of components, links and versions, newest first. One query."""
    entries = AuditEntry.objects.filter(subject_type__in=_KINDS).order_by("-key")[:SHOWN]
    return [Change(entry, str(name_of(entry.action)), _fields_of(entry)) for entry in entries]


def changes_of(subject: Component | Link) -> list[Change]:
    """Return the last changes of one component or link, newest first. One query."""
    entries = AuditEntry.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
    return [Change(entry, str(name_of(entry.action)), _fields_of(entry)) for entry in entries.order_by("-key")[:20]]


def _fields_of(entry: AuditEntry) -> list[tuple[str, str, str]]:
    model = Link if entry.subject_type == "operations.link" else Component
    pairs = [(name, value) for name, value in entry.detail.items() if isinstance(value, list) and len(value) == 2]
    fields = [
        (_label(model, name), _value(model, name, before), _value(model, name, after))
        for name, (before, after) in pairs
    ]
    if entry.action.startswith("grant."):
        fields.append((_("Builder"), "", str(entry.detail.get("name", ""))))
    return fields


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return what was added, removed and changed between two snapshots: components first, then links."""
    return [
        *_compared(before["components"], after["components"], Component, lambda values: values["name"]),
        *_compared(
            before["links"],
            after["links"],
            Link,
            lambda values: f"{values['origin']} → {values['target']}: {values['flow']}",
        ),
    ]


def _compared(
    before: Mapping[str, Any], after: Mapping[str, Any], model: type[Component] | type[Link], name: Any
) -> Iterable[Difference]:
    for id, values in after.items():
        if id not in before:
            yield Difference("added", name(values), [])
            continue
        fields = [
            (_label(model, field), _value(model, field, before[id].get(field)), _value(model, field, value))
            for field, value in values.items()
            if before[id].get(field) != value
        ]
        if fields:
            yield Difference("changed", name(values), fields)
    for id, values in before.items():
        if id not in after:
            yield Difference("removed", name(values), [])


def _value(model: type[Component] | type[Link], field: str, value: Any) -> str:
    """A stored value in words: of a choice its label."""
    names = {one.name: one for one in model._meta.get_fields()}
    choices = dict(getattr(names.get(field), "choices", None) or ())
    return str(choices.get(value, value or ""))


def _label(model: type[Component] | type[Link], field: str) -> str:
    names = {one.name: one for one in model._meta.get_fields() if hasattr(one, "verbose_name")}
    return str(names[field].verbose_name) if field in names else _("Other")
