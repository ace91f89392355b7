"""Forms of the method: use cases and workshops."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engagement.operations.actions.method import MAX_NAME
from engagement.operations.checklist import AREAS, ASPECTS
from engagement.operations.maturity import LEVELS
from engagement.operations.models import UseCasePlan, Workshop
from engagement.operations.names import AREA_NAMES, ASPECT_NAMES
from engagement.operations.use_cases import UseCase
from engagement.ui.stale_forms import StaleCheckMixin


class UseCaseForm(StaleCheckMixin, forms.Form):
    """Until when a use case is meant to be adopted and, where nothing measures it, whether it is."""

    edits_setting = True
    is_adopted = forms.BooleanField(label=_("Adopted"), required=False)
    target_date = forms.DateField(
        label=_("Target date"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any = None, *, use_case: UseCase, plan: UseCasePlan | None) -> None:
        self.subject = plan
        initial = {"is_adopted": bool(plan and plan.is_adopted), "target_date": plan.target_date if plan else None}
        super().__init__(data, initial=initial)
        if use_case.is_measured:
            del self.fields["is_adopted"]


class WorkshopForm(forms.ModelForm):
    """A new workshop."""

    class Meta:
        model = Workshop
        fields = ("title", "agenda")


class WorkshopNotesForm(StaleCheckMixin, forms.ModelForm):
    """What was discussed and agreed."""

    class Meta:
        model = Workshop
        fields = ("notes", "actions")
        widgets = {"notes": forms.Textarea({"rows": 6}), "actions": forms.Textarea({"rows": 4})}


class JoinForm(forms.Form):
    """The code on the wall, and a name."""

    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    name = forms.CharField(label=_("Your name"), max_length=MAX_NAME, widget=forms.TextInput({"autocomplete": "name"}))

    def clean_code(self) -> str:
        """Return the code as it is kept: capitals, without spaces and dashes."""
        code: str = self.cleaned_data["code"]
        return "".join(letter for letter in code.upper() if letter.isalnum())


class ScoreForm(forms.Form):
    """One choice for each aspect of each C; what is left out is no opinion."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        levels = [(str(number), f"{number} · {name}") for number, name in enumerate(LEVELS)]
        for area in AREAS:
            for aspect in ASPECTS:
                self.fields[f"{area}-{aspect}"] = forms.TypedChoiceField(
                    label=f"{AREA_NAMES[area]} · {ASPECT_NAMES[aspect]}",
                    choices=[("", _("no opinion")), *levels],
                    coerce=int,
                    required=False,
                    empty_value=None,
                )

    def levels(self) -> dict[tuple[str, str], int]:
        """The aspects on which there is an opinion."""
        found = {}
        for name, level in self.cleaned_data.items():
            area, _dash, aspect = name.partition("-")
            if level is not None:
                found[area, aspect] = int(level)
        return found
