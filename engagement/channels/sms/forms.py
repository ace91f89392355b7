"""The form of a channel for texts."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engagement.channels.forms import OneLineField, PlainChannelForm
from engagement.channels.sms.sms_settings import USUAL_PER_MONTH, SmsSettings

_SID = re.compile(r"AC[0-9a-f]{32}")


class SmsChannelForm(PlainChannelForm):
    """What may be changed about a channel for texts. The auth token is written, never shown: empty keeps it."""

    account = OneLineField(label=_("Account SID"), max_length=34, help_text=_("AC and 32 letters, from the provider."))
    token = forms.CharField(
        label=_("Auth token"), required=False, strip=True, widget=forms.PasswordInput(render_value=False)
    )
    api_url = forms.URLField(
        label=_("Address of the API"),
        required=False,
        assume_scheme="https",
        help_text=_("Empty: the provider of the house. Any that speaks Twilio's API."),
    )
    contact = OneLineField(
        label=_("Contact"), max_length=100, required=False, help_text=_("What HELP answers: an address or a number.")
    )
    per_month = forms.IntegerField(
        label=_("Texts a month, at most"), min_value=1, max_value=100, initial=USUAL_PER_MONTH, required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        held = SmsSettings.from_channel(self.instance)
        for name in ("account", "api_url", "contact", "per_month"):
            self.fields[name].initial = getattr(held, name)
        if held.token:
            self.fields["token"].help_text = _("One is kept. Write a new one to replace it.")

    def clean_account(self) -> str:
        """Raises ValidationError for what is no account SID."""
        account: str = self.cleaned_data["account"]
        if not _SID.fullmatch(account):
            raise forms.ValidationError(_("An account SID is AC and 32 digits or letters from a to f."))
        return account

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError on an account whose token is not known: the kept one is never sent elsewhere."""
        given: dict[str, Any] = super().clean() or {}
        held = SmsSettings.from_channel(self.instance)
        is_same = (held.account, held.api_url) == (given.get("account"), given.get("api_url") or "")
        if not given.get("token") and not (is_same and held.token):
            self.add_error("token", _("Write the auth token of this account."))
        return given

    @property
    def kind_settings(self) -> SmsSettings:
        """The settings as given; an empty token means: as it was."""
        given = self.cleaned_data
        return SmsSettings(
            account=given["account"],
            token=given["token"],
            api_url=given["api_url"] or "",
            contact=given["contact"],
            per_month=given["per_month"] or USUAL_PER_MONTH,
        )
