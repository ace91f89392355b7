"""Forms of the operating model."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagement.operations.adoption_forms import metric_choices
from engagement.operations.checklist import AREAS
from engagement.operations.maturity import LEVELS
from engagement.operations.models import Target, ValueEntry
from engagement.operations.names import AREA_NAMES
from engagement.operations.use_cases import catalog
from engagement.sorting import by_name
from engagement.ui.stale_forms import StaleCheckMixin
from engagement.village.models import AuditEntry, User


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


class TargetForm(StaleCheckMixin, forms.Form):
    """Another threshold for an item."""

    edits_setting = True
    threshold = forms.FloatField(label=_("Threshold"), min_value=0, widget=forms.NumberInput({"step": "any"}))

    def __init__(self, data: Any = None, *, threshold: float, target: Target | None) -> None:
        self.subject = target
        super().__init__(data, initial={"threshold": int(threshold) if threshold == int(threshold) else threshold})


class OwnerForm(StaleCheckMixin, forms.Form):
    """Who answers for a C."""

    edits_setting = True
    person = forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by(*by_name()),
        required=False,
        label=_("Who answers for it"),
        empty_label=_("nobody"),
    )

    def __init__(self, data: Any = None, *, area: str, owner: User | None) -> None:
        self.area = area
        super().__init__(data, initial={"person": owner})
        if owner is not None:  # also one who does not work here any more is shown, and kept by a save
            chosen = self.fields["person"]
            chosen.queryset = chosen.queryset | User.objects.filter(pk=owner.pk)  # type: ignore[attr-defined]

    def _who(self) -> str:
        changes = AuditEntry.objects.filter(action="checklist.owner_changed", detail__area=self.area)
        found = changes.select_related("actor").order_by("-key").first()
        return found.actor.name if found is not None and found.actor is not None else super()._who()


class ClaimForm(StaleCheckMixin, forms.Form):
    """What somebody believes of each C."""

    edits_setting = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        levels = [(number, f"{number} · {name}") for number, name in enumerate(LEVELS)]
        for area in AREAS:
            self.fields[area] = forms.TypedChoiceField(
                label=AREA_NAMES[area], choices=[("", _("no opinion")), *levels], coerce=int, required=False
            )

    def levels(self) -> dict[str, int]:
        """The Cs on which there is an opinion."""
        return {area: level for area, level in self.cleaned_data.items() if area in AREAS and level != ""}


def capability_choices() -> list[tuple[str, str]]:
    """Every capability of the catalog, and none."""
    return [("", str(_("no capability"))), *((one.code, str(one)) for one in catalog().capabilities)]


class ValueForm(StaleCheckMixin, forms.ModelForm[ValueEntry]):
    """A value case. A correction begins with what stands."""

    class Meta:
        model = ValueEntry
        fields = ("name", "outcome", "capability", "currency", "low", "base", "high", "baseline", "metric", "formula")
        widgets = {"baseline": forms.Textarea({"rows": 3}), "formula": forms.Textarea({"rows": 3})}
        help_texts = {
            "low": _("For a year, if little of it comes true."),
            "base": _("For a year, as we expect it."),
            "high": _("For a year, if all of it comes true."),
            "baseline": _("The figure before, from when it is, and where it was read."),
            "formula": _("How the amounts follow from the baseline, so that somebody else comes to the same."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["capability"] = forms.ChoiceField(
            label=_("Capability"), required=False, choices=capability_choices, help_text=_("What brings it about.")
        )
        self.fields["metric"] = forms.ChoiceField(
            label=_("Figure that shows it"),
            required=False,
            choices=metric_choices,
            help_text=_("Frozen as the baseline when you write it; the case shows beside it what it is now."),
        )
        self.order_fields(self.Meta.fields)

    def clean_currency(self) -> str:
        """Return the code in capitals (ISO 4217)."""
        code: str = self.cleaned_data["currency"].strip().upper()
        if len(code) != 3 or not code.isascii() or not code.isalpha():
            raise forms.ValidationError(_("Three letters, such as BRL or EUR."))
        return code
