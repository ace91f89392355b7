"""Attributes that are declared while the columns of a file are mapped, each named like its column."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagement.profiles.declaring.actions import AttributeRefused, Meaning, declare
from engagement.profiles.importing.mapping import BadMapping, Mapping
from engagement.profiles.models import AttributeDefinition
from engagement.village.audit import NOWHERE, Origin
from engagement.village.models import User

Type = AttributeDefinition.Type
NEW = "new:"
CHOICES: list[tuple[str, Any]] = [
    (f"{NEW}{Type.TEXT.value}", gettext_lazy("new attribute: text")),
    (f"{NEW}{Type.NUMBER.value}", gettext_lazy("new attribute: number")),
    (f"{NEW}{Type.DATE.value}", gettext_lazy("new attribute: date")),
    (f"{NEW}{Type.BOOLEAN.value}", gettext_lazy("new attribute: yes or no")),
]


def declare_new_attributes(
    *, mapping: Mapping, headers: Sequence[str], actor: User, now: datetime, origin: Origin = NOWHERE
) -> Mapping:
    """Declare an attribute for each column that asks for one; return the mapping with these. Call it in a
    transaction. Raises BadMapping, also where an attribute of that name is declared already.
    """
    columns, problems = list(mapping.columns), []
    for place, target in enumerate(columns):
        if not target.startswith(NEW):
            continue
        name = " ".join(headers[place].split())[:100]
        try:
            meaning = Meaning(label=name, label_pt=name, type=target.removeprefix(NEW))
            row = declare(meaning=meaning, actor=actor, now=now, origin=origin)
        except AttributeRefused as refusal:
            header = name or _("Column %(number)s") % {"number": place + 1}
            problems.append(f"{header}: {refusal}")
        else:
            columns[place] = f"attribute:{row.slug}"
    if problems:
        raise BadMapping(problems)
    return replace(mapping, columns=tuple(columns))
