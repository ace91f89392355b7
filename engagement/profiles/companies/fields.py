"""The field in which a company is named."""

from typing import Any

from django import forms

# Names are offered while they are typed; what is typed in full needs no browser that offers.
OFFERED = {
    "list": "company-names",
    "autocomplete": "off",
    "hx-get": "/people/companies/names/",
    "hx-trigger": "input changed delay:150ms",
    "hx-target": "#company-names",
    "hx-swap": "innerHTML",
    "hx-sync": "this:replace",
}


class CompanyNameField(forms.CharField):
    """A company, by its name."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(max_length=200, **facts)
        self.widget.attrs |= OFFERED
