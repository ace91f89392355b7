"""Forms of the operating model."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagement.operations.checklist import AREAS
from engagement.operations.maturity import LEVELS
from engagement.operations.models import ValueEntry
from engagement.operations.names import AREA_NAMES
from engagement.sorting import by_name
from engagement.ui.stale_forms import StaleCheckMixin
from engagement.village.models import User


class WaiverForm(forms.Form):
    """Why an item need not hold, and until which day."""

    reason = forms.CharField(label=_("Why it need not hold"), max_length=1000, widget=forms.Textarea({"rows": 2}))
    until = forms.DateField(label=_("Until the end of"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, now: datetime, **options: Any) -> None:
        options.setdefault("initial", {"until": (timezone.localtime(now) + timedelta(days=30)).date()})
        super().__init__(*args, **options)

    def until_moment(self) -> datetime:
        """The last second of the chosen day, in the person's zone."""
        day: date = self.cleaned_data["until"]
        return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


class TargetForm(forms.Form):
    """Another threshold for an item."""

    threshold = forms.FloatField(label=_("Threshold"), min_value=0, widget=forms.NumberInput({"step": "any"}))


class OwnerForm(forms.Form):
    """Who answers for a C."""

    person = forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by(*by_name()),
        required=False,
        label=_("Who answers for it"),
        empty_label=_("nobody"),
    )


class ClaimForm(forms.Form):
    """What somebody believes of each C."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        levels = [(number, f"{number} · {name}") for number, name in enumerate(LEVELS)]
        for area in AREAS:
            self.fields[area] = forms.TypedChoiceField(
                label=AREA_NAMES[area], choices=[("", _("no opinion")), *levels], coerce=int, required=False
            )

    def levels(self) -> dict[str, int]:
        """The Cs on which there is an opinion."""
        return {area: level for area, level in self.cleaned_data.items() if level != ""}


class ValueForm(StaleCheckMixin, forms.ModelForm[ValueEntry]):
    """A value case. A correction begins with what stands."""

    class Meta:
        model = ValueEntry
        fields = ("name", "outcome", "currency", "low", "base", "high", "baseline", "formula")
        widgets = {"baseline": forms.Textarea({"rows": 3}), "formula": forms.Textarea({"rows": 3})}
        help_texts = {
            "low": _("For a year, if little of it comes true."),
            "base": _("For a year, as we expect it."),
            "high": _("For a year, if all of it comes true."),
            "baseline": _("The figure before, from when it is, and where it was read."),
            "formula": _("How the amounts follow from the baseline, so that somebody else comes to the same."),
        }

    def clean_currency(self) -> str:
        """Return the code in capitals (ISO 4217)."""
        code: str = self.cleaned_data["currency"].strip().upper()
        if len(code) != 3 or not code.isascii() or not code.isalpha():
            raise forms.ValidationError(_("Three letters, such as BRL or EUR."))
        return code
