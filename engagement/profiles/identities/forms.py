"""Forms of a person's addresses."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from engagement.profiles.addresses import InvalidAddress, checked_scope, entered
from engagement.profiles.forms import DateInput
from engagement.profiles.models import Identity


class IdentityForm(forms.Form):
    """A further address of somebody."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=lambda: [(value, capfirst(label)) for value, label in Identity.Kind.choices]
    )
    address = forms.CharField(label=_("Address, number or id"), max_length=400)
    scope = forms.CharField(
        label=_("Unique within"),
        max_length=100,
        required=False,
        help_text=_("Only for ids: the page, business portfolio, site, system or network that gave it."),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse what is none of its kind, and say why."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("kind") and given.get("address"):
            self._check("address", lambda: entered(given["kind"], given["address"]))
            self._check("scope", lambda: checked_scope(given["kind"], given.get("scope", "")))
        return given

    def _check(self, name: str, check: Callable[[], object]) -> None:
        try:
            check()
        except InvalidAddress as error:
            self.add_error(name, str(error))


class ConfirmationForm(forms.Form):
    """How it is known that an address is theirs."""

    how = forms.CharField(
        label=_("How do you know?"), max_length=300, help_text=_("Such as: they said the code that we sent there.")
    )


class ClosingForm(forms.Form):
    """Why an address is closed, and since when."""

    reason = forms.ChoiceField(
        label=_("Why"),
        choices=lambda: [
            (value, capfirst(label)) for value, label in Identity.Closed.choices if value != Identity.Closed.REPLACED
        ],
    )
    day = forms.DateField(label=_("Since"), widget=DateInput(), required=False, help_text=_("Empty: from now on."))

    def clean_day(self) -> Any:
        """Not a day that is still to come."""
        day = self.cleaned_data["day"]
        if day is not None and day > timezone.localdate():
            raise ValidationError(_("It can be closed from today or from an earlier day on."))
        return day

    def at(self, now: datetime) -> datetime:
        """The beginning of that day in the reader's zone; of today, or of no day: now."""
        day = self.cleaned_data["day"]
        if day is None or day == timezone.localdate():
            return now
        return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001


class ReplacementForm(forms.Form):
    """The new id that a provider gave."""

    address = forms.CharField(label=_("New id"), max_length=400)
