"""The filters that authors may use. What is not in this table does not exist: ``safe`` above all.

Each is harmless in a loop and to a page: nothing marks a value as safe HTML, nothing grows without a limit.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from liquid import Markup
from liquid.builtin.filters import array, math, misc, string
from liquid.exceptions import FilterArgumentError, LiquidError
from liquid.filter import liquid_filter, string_filter

LONGEST = 100_000  # letters that one filter may make
_LONGEST_FORMAT = 60


class TooLong(LiquidError):
    """A filter would make a text beyond any use."""


def _bounded(made: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse a replacement whose result would be too long, before it is made."""

    @string_filter
    def replace(value: str, seq: object = "", new: object = "") -> Any:
        old, put = str(seq), str(new)
        times = value.count(old) if old else len(value) + 1
        if len(value) + times * max(0, len(put) - len(old)) > LONGEST:
            raise TooLong("the text would grow too long", token=None)
        return made(value, seq, new)

    return replace


@liquid_filter
def _date(value: Any, form: str = "%Y-%m-%d") -> str:
    """A day or a moment in the given form; only what we know to be one, never what a customer typed."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise FilterArgumentError("this is no date", token=None) from error
    if not isinstance(value, date) or len(form) > _LONGEST_FORMAT:
        raise FilterArgumentError("this is no date", token=None)
    written = value.strftime(str(form))
    return Markup(written) if isinstance(form, Markup) and isinstance(value, date) else written


ALLOWED: dict[str, Callable[..., Any]] = {
    "default": misc.default,
    "date": _date,
    "size": misc.size,
    "upcase": string.upcase,
    "downcase": string.downcase,
    "capitalize": string.capitalize,
    "strip": string.strip,
    "strip_html": string.strip_html,
    "truncate": string.truncate,
    "truncatewords": string.truncatewords,
    "append": string.append,
    "prepend": string.prepend,
    "replace": _bounded(string.replace),
    "replace_first": string.replace_first,
    "remove": string.remove,
    "slice": string.slice_,
    "split": string.split,
    "escape": string.escape,
    "newline_to_br": string.newline_to_br,
    "url_encode": string.url_encode,
    "join": array.join,
    "first": array.first,
    "last": array.last,
    "plus": math.plus,
    "minus": math.minus,
    "times": math.times,
    "divided_by": math.divided_by,
    "modulo": math.modulo,
    "round": math.round_,
    "floor": math.floor,
    "ceil": math.ceil,
    "abs": math.abs_,
    "at_least": math.at_least,
    "at_most": math.at_most,
}
