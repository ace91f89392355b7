"""The form by which a channel is made."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engagement.channels.forms import OneLineField
from engagement.profiles.addresses import InvalidAddress, entered
from engagement.village.models import Department

IDENTITY_OF = {"email": "email", "sms": "phone"}


class CreationForm(forms.Form):
    """A kind, and the address under which customers reach it; who carries it is entered on the channel's own page."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("email", _("E-mail")), ("sms", _("Text messages (SMS)"))], initial="email"
    )
    name = OneLineField(label=_("Name"), max_length=200)
    address = OneLineField(
        label=_("Our address"), max_length=254, help_text=_("A mailbox, or a number like +55 31 3555 0100.")
    )
    sender_name = OneLineField(label=_("Sender's name"), max_length=200, required=False)
    department = forms.ModelChoiceField(label=_("Department"), queryset=Department.objects.all(), required=False)

    def clean(self) -> dict[str, Any]:
        """Bring the address into its one spelling. Raises ValidationError for what is none of its kind."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("kind") in IDENTITY_OF and given.get("address"):
            try:
                norm, spelt = entered(IDENTITY_OF[given["kind"]], given["address"])
            except InvalidAddress:
                self.add_error("address", _("This is no address of that kind. Write it as in the example."))
            else:
                given["address"] = norm if given["kind"] == "sms" else spelt
        return given
