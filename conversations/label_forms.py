"""The form of a label."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from conversations.actions.labels import LabelValues
from conversations.models import Label
from engagement.channels.forms import OneLineField
from engagement.ui.stale_forms import StaleCheckMixin


class LabelForm(StaleCheckMixin, forms.Form):
    """What a label is. It writes over nothing that it did not show."""

    name = OneLineField(label=_("Name in English"), max_length=60)
    name_pt = OneLineField(
        label=_("Name in Portuguese"), max_length=60, required=False, help_text=_("Empty: as in English.")
    )
    color = forms.ChoiceField(label=_("Color"), choices=Label.Color.choices, required=False)
    is_archived = forms.BooleanField(
        label=pgettext_lazy("label", "Archived"),
        required=False,
        help_text=_("It stays on the conversations that have it, and cannot be added to others."),
    )

    def __init__(self, data: Any = None, *, label: Label | None = None) -> None:
        self.subject = label
        names = ("name", "name_pt", "color", "is_archived")
        super().__init__(data, initial={name: getattr(label, name) for name in names} if label else None)
        if label is None:
            del self.fields["is_archived"]

    @property
    def values(self) -> LabelValues:
        """What was filled in."""
        given = self.cleaned_data
        return LabelValues(
            name=given["name"],
            name_pt=given["name_pt"],
            color=given["color"],
            is_archived=given.get("is_archived", False),
        )
