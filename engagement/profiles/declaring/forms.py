"""The form of an attribute."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engagement.profiles.declaring.actions import Meaning
from engagement.profiles.models import AttributeDefinition
from engagement.ui.stale_forms import StaleCheckMixin

Type = AttributeDefinition.Type
_BETWEEN = "|"


class AttributeForm(StaleCheckMixin, forms.Form):
    """What an attribute is. Choices stand one in a line; behind a bar, how it is called in Portuguese."""

    label = forms.CharField(label=_("Name in English"), max_length=100)
    label_pt = forms.CharField(label=_("Name in Portuguese"), max_length=100)
    type = forms.ChoiceField(label=_("Holds"), choices=Type.choices)
    choices = forms.CharField(
        label=_("Choices"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("For “one of several”: one in a line; behind a bar its Portuguese: Road bike | Estrada."),
    )
    sensitive = forms.BooleanField(
        label=_("Sensitive"),
        required=False,
        help_text=_("Covered on every page; whoever uncovers it stands in the audit trail. No segment uses it."),
    )
    system_of_record = forms.CharField(
        label=_("System of record"),
        required=False,
        max_length=100,
        help_text=_("Where this comes from, and which is right when two differ: the CRM, the shop, the person."),
    )
    retention_days = forms.IntegerField(
        label=_("Kept for, in days"),
        required=False,
        min_value=1,
        max_value=36_500,
        help_text=_("So long after its last change it is forgotten by itself. Empty: kept."),
    )

    def __init__(self, data: Any = None, *, standing: AttributeDefinition | None = None) -> None:
        self.subject = standing
        super().__init__(data, initial=_shown(standing) if standing else None)

    @property
    def meaning(self) -> Meaning:
        """What was typed."""
        given = self.cleaned_data
        lines = [line.split(_BETWEEN, 1) for line in given["choices"].replace("\x00", "").splitlines() if line.strip()]
        named = {line[0].strip()[:500]: line[1].strip()[:500] if len(line) > 1 else "" for line in lines}
        return Meaning(
            label=given["label"],
            label_pt=given["label_pt"],
            type=given["type"],
            choices=[one for one in named if one],
            choices_pt=named,
            sensitive=given["sensitive"],
            system_of_record=given["system_of_record"],
            retention_days=given["retention_days"],
        )


def _shown(row: AttributeDefinition) -> dict[str, Any]:
    names = ("label", "label_pt", "type", "sensitive", "system_of_record", "retention_days")
    lines = [f"{one} {_BETWEEN} {row.choices_pt[one]}" if row.choices_pt.get(one) else str(one) for one in row.choices]
    return {name: getattr(row, name) for name in names} | {"choices": "\n".join(lines)}
