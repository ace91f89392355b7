"""Forms of data requests and legal holds."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from engagement.profiles.forms import DateInput
from engagement.profiles.models import DataRequest
from engagement.profiles.rights.deadlines import law_of
from engagement.ui.stale_forms import StaleCheckMixin


def _area(rows: int = 4) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class FilingForm(forms.Form):
    """What a person asks for, how it came in, and since when the time runs."""

    kind = forms.ChoiceField(label=_("They ask for"), choices=DataRequest.Kind.choices)
    via = forms.ChoiceField(label=_("It came in by"), choices=DataRequest.Via.choices)
    received_on = forms.DateField(
        label=_("Received on"), widget=DateInput(), help_text=_("The time runs from this day, whenever it is noted.")
    )
    words = forms.CharField(label=_("In their words"), max_length=10_000, required=False, widget=_area())
    law = forms.ChoiceField(label=_("By which law"), choices=DataRequest.Law.choices)
    law_reason = forms.CharField(label=_("Why another law than that of their country"), max_length=300, required=False)

    def __init__(self, data: Any = None, *, person: Any) -> None:
        super().__init__(data, initial={"received_on": timezone.localdate(), "law": law_of(person)})

    def clean_received_on(self) -> Any:
        """Not a day that is still to come."""
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise ValidationError(_("A request is received before it is written down."))
        return day

    @property
    def received_at(self) -> datetime:
        """The moment: now for today, else noon of that day in the reader's zone."""
        day = self.cleaned_data["received_on"]
        noon = timezone.make_aware(datetime(day.year, day.month, day.day, 12))  # noqa: DTZ001
        return min(noon, timezone.now()) if day < timezone.localdate() else timezone.now()


class VerifyForm(forms.Form):
    """How we know that it is the person who asks."""

    how = forms.CharField(
        label=_("How you know that it is them"),
        max_length=300,
        help_text=_("Such as: answered from the confirmed address. No copies of documents."),
    )


class LawForm(StaleCheckMixin, forms.Form):
    """Another law, and why."""

    law = forms.ChoiceField(label=_("By which law"), choices=DataRequest.Law.choices)
    reason = forms.CharField(label=_("Why"), max_length=300)

    def __init__(self, data: Any = None, *, row: DataRequest) -> None:
        self.subject = row
        super().__init__(data, initial={"law": row.law})


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=_("Why"), max_length=500, widget=_area(2))


class AnswerForm(forms.Form):
    """What the person was told."""

    text = forms.CharField(label=_("What they were told"), max_length=10_000, widget=_area())


class LegalHoldForm(forms.Form):
    """What a person's data is needed for, and until when."""

    reason = forms.CharField(label=_("What their data is needed for"), max_length=500)
    until = forms.DateField(
        label=_("Until the end of"), required=False, widget=DateInput(), help_text=_("Empty: until it is lifted.")
    )

    @property
    def ends_at(self) -> datetime | None:
        """The end of that day in the reader's zone."""
        day = self.cleaned_data.get("until")
        if day is None:
            return None
        return timezone.make_aware(datetime(day.year, day.month, day.day) + timedelta(days=1))  # noqa: DTZ001


class ErasureForm(forms.Form):
    """The typed confirmation of what cannot be undone."""

    confirmation = forms.CharField(label=_("Type it here"), max_length=400)

    def __init__(self, data: Any = None, *, wanted: str) -> None:
        super().__init__(data)
        self.wanted = wanted
        self.fields["confirmation"].widget.attrs["autocomplete"] = "off"

    def clean_confirmation(self) -> str:
        """Exactly the name, whatever the spaces and capitals."""
        typed = str(self.cleaned_data["confirmation"])
        if " ".join(typed.casefold().split()) != " ".join(self.wanted.casefold().split()):
            raise ValidationError(_("This is not what stands above. Nothing was erased."))
        return typed
