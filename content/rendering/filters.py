"""The filters that authors may use: those of standard Liquid, and ``number``, ``money`` and ``percent``.

What is not in this table does not exist: ``safe`` above all. Each is harmless in a loop and to a page: nothing marks a
value as safe HTML, nothing grows without a limit. Dates and numbers are written in the language of the text.
"""

import html
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from liquid import Environment, Markup, RenderContext
from liquid.builtin.filters import array, math, misc, string
from liquid.exceptions import FilterArgumentError
from liquid.filter import liquid_filter, sequence_filter, string_filter, with_context, with_environment
from liquid.undefined import is_undefined

from content.rendering import formats
from content.rendering.limits import MAX_FILTERED, TooLong, bound
from engagement.organization.current import current_organization

NOW: Final = "\x00now"  # under this name the moment of writing travels with the values; no text can ask for it
_LINE_END = re.compile(r"\r?\n")


def moment_of(context: RenderContext) -> datetime:
    """Return the moment at which a text is written, in the organization's time zone."""
    found = context.globals.get(NOW)
    moment = found if isinstance(found, datetime) else timezone.now()
    return timezone.localtime(moment, timezone.get_default_timezone())


def _language_of(context: RenderContext) -> str:
    return str(getattr(context.env, "locale", "en"))


def _replacing(made: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse a replacement whose result would be too long, before it is made."""

    @string_filter
    def replace(value: str, seq: object = "", new: object = "") -> Any:
        old, put = _text(seq), _text(new)
        times = value.count(old) if old else len(value) + 1
        if len(value) + times * max(0, len(put) - len(old)) > MAX_FILTERED:
            raise TooLong("the text would grow too long", token=None)
        return made(value, seq if isinstance(seq, str) else old, new if isinstance(new, str) else put)

    return replace


def _text(value: object) -> str:
    return "" if value is None or is_undefined(value) else str(value)


@with_environment
@sequence_filter
def _join(items: Any, separator: object = " ", *, environment: Environment) -> str:
    """Join items whose sum of letters is known before."""
    found, put = list(items), _text(separator)
    letters = sum(len(item) if isinstance(item, str) else 40 for item in found)
    if letters + len(put) * len(found) > MAX_FILTERED:
        raise TooLong("the text would grow too long", token=None)
    texts = [item if isinstance(item, str) else _text(item) for item in found]
    if environment.autoescape:
        return Markup(put if isinstance(separator, Markup) else html.escape(put)).join(texts)
    return put.join(texts)


@sequence_filter
def _uniq(items: Any, key: object = None) -> list[object]:
    """Leave out what came before, by a set wherever items can be in one."""
    seen: set[tuple[type, object]] = set()
    others: list[object] = []
    found = []
    for item in items:
        value = _part(item, key) if key is not None and not is_undefined(key) else item
        try:
            mark = (type(value), value)
            if mark in seen:
                continue
            seen.add(mark)
        except TypeError:
            if len(others) > 500:
                raise TooLong("too many lists in a list", token=None) from None
            if value in others:
                continue
            others.append(value)
        found.append(item)
    return found


def _part(item: Any, key: object) -> object:
    if isinstance(item, dict):
        return item.get(key)
    if isinstance(item, str | int | float) or item is None:
        raise FilterArgumentError("can't read a part of what has none", token=None)
    return None


@with_environment
@string_filter
def _strip_html(value: str, *, environment: Environment) -> str:
    """Leave out elements, comments, scripts and styles, in one pass."""
    found, place = [], 0
    while True:
        start = value.find("<", place)
        if start < 0:
            break
        end, closing = -1, ""
        for opening, closing in (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>"), ("<", ">")):
            if value[start : start + len(opening)].lower() == opening:
                end = value.find(closing, start + len(opening))
                break
        if end < 0 and closing != ">":
            end, closing = value.find(">", start), ">"
        if end < 0:
            break
        found.append(value[place:start])
        place = end + len(closing)
    stripped = "".join([*found, value[place:]])
    return Markup(stripped) if environment.autoescape and isinstance(value, Markup) else stripped


@with_environment
@string_filter
def _escape_once(value: str, *, environment: Environment) -> str:
    """Escape what is not escaped yet."""
    plain = html.unescape(str(value))
    return Markup(html.escape(plain).replace("&#x27;", "&#39;")) if environment.autoescape else html.escape(plain)


@with_context
@liquid_filter
def _date(value: Any, form: Any = None, *, context: RenderContext) -> Any:
    """A day or a moment in the given form; what names none stays as it is."""
    if value is None:
        return ""
    _require_known(value)
    written = "" if form is None or is_undefined(form) else str(form)
    moment = formats.read_moment(value, now=moment_of(context))
    if moment is None or not written:
        return str(value)
    if len(written) > formats.MAX_FORMAT:
        raise TooLong("the form of a date is too long", token=None)
    return formats.write_moment(moment, written, locale=_language_of(context))


@with_context
@liquid_filter
def _number(value: Any, decimals: Any = None, *, context: RenderContext) -> Any:
    """A number with the separators of the text's language; what is no number stays as it is."""
    _require_known(value)
    number = formats.read_number(value)
    if number is None:
        return value
    return formats.write_number(number, locale=_language_of(context), decimals=_decimals(decimals))


@with_context
@liquid_filter
def _percent(value: Any, decimals: Any = None, *, context: RenderContext) -> Any:
    """A share as a percentage; what is no number stays as it is."""
    _require_known(value)
    number = formats.read_number(value)
    if number is None:
        return value
    return formats.write_percent(number, locale=_language_of(context), decimals=_decimals(decimals))


@with_context
@liquid_filter
def _money(value: Any, currency: Any = None, *, context: RenderContext) -> Any:
    """An amount with its currency, the organization's where none is given; what is no number stays as it is."""
    _require_known(value)
    number = formats.read_number(value)
    if number is None:
        return value
    code = current_organization().currency if currency is None or is_undefined(currency) else str(currency)
    try:
        return formats.write_money(number, currency=code, locale=_language_of(context))
    except ValueError as error:
        raise FilterArgumentError(f"there is no currency {code[:20]}", token=None) from error


def _require_known(value: object) -> None:
    """Raise UndefinedError for what is not known of a person; whatever a known value lacks is nothing."""
    if is_undefined(value):
        str(value)


def _decimals(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


_MADE: dict[str, Callable[..., Any]] = {
    "default": misc.default,
    "date": _date,
    "number": _number,
    "percent": _percent,
    "money": _money,
    "size": misc.size,
    "upcase": string.upcase,
    "downcase": string.downcase,
    "capitalize": string.capitalize,
    "strip": string.strip,
    "lstrip": string.lstrip,
    "rstrip": string.rstrip,
    "strip_html": _strip_html,
    "strip_newlines": string.strip_newlines,
    "squish": string.squish,
    "truncate": string.truncate,
    "truncatewords": string.truncatewords,
    "append": string.append,
    "prepend": string.prepend,
    "replace": _replacing(string.replace),
    "replace_first": string.replace_first,
    "replace_last": string.replace_last,
    "remove": string.remove,
    "remove_first": string.remove_first,
    "remove_last": string.remove_last,
    "slice": string.slice_,
    "split": string.split,
    "escape": string.escape,
    "escape_once": _escape_once,
    "newline_to_br": string.newline_to_br,
    "url_encode": string.url_encode,
    "url_decode": string.url_decode,
    "base64_encode": string.base64_encode,
    "base64_decode": string.base64_decode,
    "base64_url_safe_encode": string.base64_url_safe_encode,
    "base64_url_safe_decode": string.base64_url_safe_decode,
    "join": _join,
    "first": array.first,
    "last": array.last,
    "concat": array.concat,
    "compact": array.compact,
    "find": array.find,
    "find_index": array.find_index,
    "has": array.has,
    "map": array.map_,
    "reject": array.reject,
    "reverse": array.reverse,
    "sort": array.sort,
    "sort_natural": array.sort_natural,
    "sum": array.sum_,
    "uniq": _uniq,
    "where": array.where,
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
ALLOWED: Final[dict[str, Callable[..., Any]]] = {
    name: bound(made, takes_missing=name == "default") for name, made in _MADE.items()
}
