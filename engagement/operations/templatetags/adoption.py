"""How figures of adoption are written."""

from typing import Any

from django import template
from django.utils.formats import number_format

from engagement.ui.templatetags.ui import round_half_up

register = template.Library()


@register.filter
def signed(value: float | None, places: int = 0) -> str:
    """A change with its sign: "+4", "−6"; "±0" for none."""
    rounded = round_half_up(value or 0, places)
    if not rounded:
        return "±0"
    return f"{'+' if rounded > 0 else '−'}{number_format(abs(rounded), decimal_pos=places, force_grouping=True)}"


@register.filter
def entry(found: Any, key: Any) -> Any:
    """One of several things by its key; nothing when it is not there."""
    return found.get(key)
