"""The form of the customer's phone."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engagement.channels.models import Channel
from engagement.profiles.addresses import InvalidAddress, normalised
from engagement.sorting import by_name


class TextForm(forms.Form):
    """A text in a customer's name, to one of our numbers."""

    customer = forms.CharField(label=_("Customer's number"), max_length=40)
    to = forms.ModelChoiceField(
        label=_("To"), queryset=Channel.objects.none(), empty_label=None, to_field_name="address"
    )
    text = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 2}), max_length=1600)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.channels = Channel.objects.filter(kind="sms").order_by(*by_name())
        self.fields["to"].queryset = self.channels  # type: ignore[attr-defined]

    def clean_customer(self) -> str:
        """Raises ValidationError for what no network could dial."""
        try:
            return normalised("phone", self.cleaned_data["customer"])
        except InvalidAddress as error:
            raise forms.ValidationError(_("This is no phone number. Write it like +55 31 99999 0000.")) from error
