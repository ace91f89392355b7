"""People who are none of our customers, to try a text on: one of whom everything is known, one of whom nothing is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from content.variables import Variable, organisation_values


@dataclass(frozen=True, slots=True)
class Sample:
    """``known``: person and attribute variables that they have; ``everything``: also each attribute's sample."""

    key: str
    label: Any
    known: Mapping[str, str]
    everything: bool = True


SAMPLES = (
    Sample(
        "whole",
        _("Ana Prado, everything known"),
        {"first_name": "Ana", "name": "Ana Prado", "city": "Belo Horizonte", "country": "BR", "language": "pt-br"},
    ),
    Sample(
        "abroad",
        _("Siobhán O’Neill & Sons, signs in the name"),
        {
            "first_name": "Siobhán",
            "name": "Siobhán O'Neill & <Sons>",
            "city": "Galway",
            "country": "IE",
            "language": "en",
        },
    ),
    Sample("nothing", _("Somebody of whom nothing is known"), {}, everything=False),
)
BY_KEY = {sample.key: sample for sample in SAMPLES}


def values_of_sample(sample: Sample, registry: Mapping[str, Variable]) -> dict[str, Any]:
    """Return the values that a text is filled with for a sample person."""
    links = {name: variable.sample for name, variable in registry.items() if variable.group == "message"}
    attributes = {
        name: variable.sample
        for name, variable in registry.items()
        if variable.group == "attribute" and sample.everything
    }
    return {**organisation_values(), **links, **attributes, **sample.known}
