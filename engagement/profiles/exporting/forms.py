"""Who is exported, and as what."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engagement.profiles.exporting.choosing import Chosen
from engagement.profiles.exporting.writing import CSV, JSON_LINES
from engagement.profiles.models import Profile


class ExportForm(forms.Form):
    """The filters and the kind of file; what the reader may not see is not offered."""

    search = forms.CharField(label=_("Name or address holds"), max_length=200, required=False)
    tag = forms.CharField(label=_("Has the tag"), max_length=50, required=False)
    lifecycle = forms.ChoiceField(
        label=_("Relation to us"), choices=[("", _("any")), *Profile.Lifecycle.choices], required=False
    )
    country = forms.CharField(
        label=_("Country"), max_length=2, required=False, help_text=_("Two letters, such as BR or NO.")
    )
    form = forms.ChoiceField(
        label=_("As"),
        choices=[(CSV, _("CSV, for spreadsheets")), (JSON_LINES, _("JSON lines, for programs"))],
        widget=forms.RadioSelect,
    )
    consents = forms.BooleanField(label=_("With what they agreed to"), required=False)
    sensitive = forms.BooleanField(label=_("With sensitive attributes"), required=False)

    def __init__(self, data: Any = None, *, reader: Any, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial={"form": CSV, **(initial or {})})
        for name, permission in (("consents", "profiles.view_consent"), ("sensitive", "profiles.view_sensitive")):
            if not reader.has_perm(permission):
                del self.fields[name]

    @property
    def chosen(self) -> Chosen:
        """What was chosen."""
        given = self.cleaned_data
        return Chosen(
            search=given["search"].strip(),
            tag=" ".join(given["tag"].lower().split()),
            lifecycle=given["lifecycle"],
            country=given["country"],
            sensitive=given.get("sensitive", False),
            consents=given.get("consents", False),
        )
