"""How figures of the operating model are written, with their unit, in the reader's locale."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagement.operations.checklist import Item


def figure_of(item: Item, value: float | None) -> str:
    """A figure with the item's unit, in the person's locale; a dash for none."""
    if value is None:
        return "–"
    whole = abs(value - round(value)) < 0.05
    number = number_format(round(value, 0 if whole else 1), decimal_pos=0 if whole else 1, force_grouping=True)
    if item.unit == "days":
        return ngettext("%(number)s day", "%(number)s days", round(value)) % {"number": number}
    return f"{number}{item.unit}" if item.unit == "%" else f"{number} {item.unit}".strip()


def target_of(item: Item, threshold: float) -> str:
    """The threshold in words: "at least 95%", "at most 4 h"."""
    text = figure_of(item, threshold)
    if item.unit == "%" and threshold == (100 if item.better == "more" else 0):
        return text
    if item.better == "more":
        return _("at least %(figure)s") % {"figure": text}
    return _("at most %(figure)s") % {"figure": text}
