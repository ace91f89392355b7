"""The form for a new token."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagement.api.models import SCOPES


class TokenForm(forms.Form):
    """What a token is for, what it may do, how long it lasts."""

    name = forms.CharField(label=_("What it is for"), max_length=100, help_text=_("Such as: nightly report."))
    scopes = forms.MultipleChoiceField(
        label=pgettext_lazy("permission", "May"),
        choices=lambda: list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(
        label=_("Lasts"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("a year"))],
        initial=90,
    )
