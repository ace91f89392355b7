"""How the states of components, links and requirements are shown: label, tone and glyph."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

_STATES: dict[str, tuple[Any, str, str]] = {
    "healthy": (pgettext_lazy("component", "Healthy"), "moss", "check"),
    "failing": (pgettext_lazy("component", "Failing"), "tile", "circle-x"),
    "idle": (_("Not exercised"), "ochre", "circle-dashed"),
    "planned": (_("Planned"), "ochre", "hourglass"),
    "retired": (_("Retired"), "", "archive"),
    "unmonitored": (_("Not monitored"), "", "circle-dashed"),
    "undocumented": (_("Undocumented"), "ochre", "circle-help"),
    "met": (_("Met"), "moss", "check"),
    "gap": (_("Gap"), "tile", "circle-x"),
    "waived": (pgettext_lazy("requirement", "Waived"), "ochre", "clock"),
}


def state_label(state: str) -> str:
    """Return the word for a state."""
    return str(_STATES[state][0])


def state_tone(state: str) -> str:
    """Return the tone of a state's badge."""
    return _STATES[state][1]


def state_glyph(state: str) -> str:
    """Return the glyph of a state."""
    return _STATES[state][2]
