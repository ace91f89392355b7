"""Dates, numbers, money and shares as readers of a language write them."""

import functools
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date as babel_date
from babel.dates import format_time as babel_time
from babel.dates import get_day_names, get_month_names
from babel.numbers import format_currency, format_decimal, format_percent, is_currency
from dateutil import parser

MAX_FORMAT = 200  # letters of a format
MAX_DATE = 100  # letters of what may be a date
MAX_DECIMALS = 12
_MAX_WIDTH = 20
_DIRECTIVE = re.compile(r"%([-_0^#:]{0,3})(\d{0,3})([a-zA-Z%+])")
_MAX_TIMESTAMP = 253_402_300_799  # the last second of the year 9999
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@functools.lru_cache(maxsize=200)
def locale_named(tag: str) -> Locale:
    """Return Babel's locale for a language tag (``pt-br``, ``zh-Hant``); English for one that it does not know."""
    parts = tag.replace("_", "-").split("-")
    while parts:
        try:
            return Locale.parse("-".join(parts), sep="-")
        except (UnknownLocaleError, ValueError):
            parts.pop()
    return Locale("en")


def read_moment(value: object, *, now: datetime) -> date | None:
    """Return the day or moment that a value names: a date, a timestamp, ``now``, or words such as “March 14, 2016”.

    None for what names none. ``now`` carries the organization's time zone, in which timestamps are told.
    """
    if isinstance(value, date):
        return value
    zone = now.tzinfo
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _of_timestamp(value, zone)
    if not isinstance(value, str):
        return None
    text = value.strip()
    if not text or len(text) > MAX_DATE:
        return None
    if text.lower() in ("now", "today"):
        return now
    if text.isascii() and text.isdigit() and len(text) > 8:
        return _of_timestamp(int(text[:20]), zone)
    return _of_text(text, now)


def _of_timestamp(seconds: float, zone: tzinfo | None) -> date | None:
    if not -_MAX_TIMESTAMP < seconds < _MAX_TIMESTAMP:
        return None
    try:
        return datetime.fromtimestamp(seconds, tz=zone)
    except (OverflowError, OSError, ValueError):
        return None


def _of_text(text: str, now: datetime) -> date | None:
    midnight = datetime.combine(now.date(), time.min, tzinfo=now.tzinfo)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        found: datetime = parser.parse(text, default=midnight)
    except (ValueError, OverflowError, TypeError, AttributeError, IndexError):
        return None
    return found


def write_moment(moment: date, form: str, *, locale: str) -> str:
    """Write a day or moment in a form of ``strftime``; names of months and days are the language's.

    An unknown directive stays as it is written.
    """
    at = moment if isinstance(moment, datetime) else datetime.combine(moment, time.min)

    def written(match: re.Match[str]) -> str:
        flags, width, letter = match.groups()
        made = _directive(at, letter, locale, colons=flags.count(":"))
        return match[0] if made is None else _padded(made, flags, width, letter)

    return _DIRECTIVE.sub(written, form)


def _padded(made: tuple[str, int, str], flags: str, width: str, letter: str) -> str:
    """Apply the flags of a directive: no padding, blanks, zeros, upper case, the other case."""
    text, least, fill = made
    if "^" in flags:
        text = text.upper()
    if "#" in flags:
        text = text.lower() if letter in "pZ" else text.upper()
    if "-" in flags:
        return text
    if "_" in flags:
        fill = " "
    if "0" in flags:
        fill = "0"
    return text.rjust(min(int(width), _MAX_WIDTH) if width else least, fill)


def _directive(at: datetime, letter: str, locale: str, *, colons: int) -> tuple[str, int, str] | None:
    """Return a directive's text, its least width, and what fills it up; None for one that is unknown."""
    number = _NUMBERS.get(letter)
    if number is not None:
        value, least, fill = number
        return str(value(at)), least, fill
    if letter == "z":
        return _offset(at, colons), 0, " "
    name = _NAMES.get(letter)
    return (name(at, locale_named(locale)), 0, " ") if name is not None else None


def _month(at: datetime, locale: Locale, width: Any) -> str:
    return str(get_month_names(width, "format", locale)[at.month])


def _day(at: datetime, locale: Locale, width: Any) -> str:
    return str(get_day_names(width, "format", locale)[at.weekday()])


def _period(at: datetime, locale: Locale) -> str:
    return str(babel_time(at.time(), "a", locale=locale)) if locale.language != "en" else at.strftime("%p")


def _offset(at: datetime, colons: int) -> str:
    seconds = int((at.utcoffset() or timedelta()).total_seconds())
    sign, minutes = "-" if seconds < 0 else "+", abs(seconds) // 60
    return f"{sign}{minutes // 60:02}{':' if colons else ''}{minutes % 60:02}"


_NUMBERS: Final[dict[str, tuple[Callable[[datetime], Any], int, str]]] = {
    "Y": (lambda at: at.year, 4, "0"),
    "C": (lambda at: at.year // 100, 2, "0"),
    "y": (lambda at: at.year % 100, 2, "0"),
    "m": (lambda at: at.month, 2, "0"),
    "d": (lambda at: at.day, 2, "0"),
    "e": (lambda at: at.day, 2, " "),
    "j": (lambda at: at.timetuple().tm_yday, 3, "0"),
    "H": (lambda at: at.hour, 2, "0"),
    "k": (lambda at: at.hour, 2, " "),
    "I": (lambda at: at.hour % 12 or 12, 2, "0"),
    "l": (lambda at: at.hour % 12 or 12, 2, " "),
    "M": (lambda at: at.minute, 2, "0"),
    "S": (lambda at: at.second, 2, "0"),
    "L": (lambda at: f"{at.microsecond // 1000:03}", 3, "0"),
    "N": (lambda at: f"{at.microsecond:06}000", 9, "0"),
    "s": (lambda at: int(at.timestamp()), 0, "0"),
    "u": (lambda at: at.isoweekday(), 1, "0"),
    "w": (lambda at: at.isoweekday() % 7, 1, "0"),
    "G": (lambda at: at.isocalendar().year, 4, "0"),
    "g": (lambda at: at.isocalendar().year % 100, 2, "0"),
    "V": (lambda at: at.isocalendar().week, 2, "0"),
    "U": (lambda at: at.strftime("%U"), 2, "0"),
    "W": (lambda at: at.strftime("%W"), 2, "0"),
}
_NAMES: Final[dict[str, Callable[[datetime, Locale], str]]] = {
    "B": lambda at, locale: _month(at, locale, "wide"),
    "b": lambda at, locale: _month(at, locale, "abbreviated"),
    "h": lambda at, locale: _month(at, locale, "abbreviated"),
    "A": lambda at, locale: _day(at, locale, "wide"),
    "a": lambda at, locale: _day(at, locale, "abbreviated"),
    "p": _period,
    "P": lambda at, locale: _period(at, locale).lower(),
    "Z": lambda at, _locale: at.tzname() or "",
    "D": lambda at, _locale: at.strftime("%m/%d/%y"),
    "F": lambda at, _locale: f"{at.year:04}-{at.month:02}-{at.day:02}",
    "T": lambda at, _locale: at.strftime("%H:%M:%S"),
    "X": lambda at, locale: (
        at.strftime("%H:%M:%S") if locale.language == "en" else babel_time(at.time(), "medium", locale=locale)
    ),
    "R": lambda at, _locale: at.strftime("%H:%M"),
    "r": lambda at, _locale: at.strftime("%I:%M:%S %p"),
    "x": lambda at, locale: (
        at.strftime("%m/%d/%y") if locale.language == "en" else babel_date(at.date(), "short", locale=locale)
    ),
    "c": lambda at, locale: (
        f"{_day(at, locale, 'abbreviated')} {_month(at, locale, 'abbreviated')} {at.day:2} {at:%H:%M:%S} {at.year}"
    ),
    "v": lambda at, locale: f"{at.day:2}-{_month(at, locale, 'abbreviated').upper()}-{at.year}",
    "n": lambda _at, _locale: "\n",
    "t": lambda _at, _locale: "\t",
    "%": lambda _at, _locale: "%",
}


def read_number(value: object) -> Decimal | None:
    """Return the number that a value is; None for what is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal | str):
        try:
            found = Decimal(str(value).strip()[:40])
        except InvalidOperation:
            return None
        return found if found.is_finite() and abs(found.adjusted()) < 30 else None
    return None


def write_number(number: Decimal, *, locale: str, decimals: int | None = None) -> str:
    """Write a number with the language's separators; with ``decimals``, rounded and filled to so many."""
    if decimals is None:
        return str(format_decimal(number, locale=locale_named(locale)))
    return str(format_decimal(number, _pattern("#,##0", decimals), locale=locale_named(locale)))


def write_percent(number: Decimal, *, locale: str, decimals: int | None = None) -> str:
    """Write a share as a percentage: 0.125 is 12.5 %."""
    form = None if decimals is None else _percent_pattern(locale_named(locale), decimals)
    return str(format_percent(number, form, locale=locale_named(locale)))


def write_money(amount: Decimal, *, currency: str, locale: str) -> str:
    """Write an amount with its currency (ISO 4217). Raises ValueError for a currency that is unknown."""
    code = currency.strip().upper()
    if len(code) != 3 or not is_currency(code):
        raise ValueError(currency)
    return str(format_currency(amount, code, locale=locale_named(locale)))


def _pattern(whole: str, decimals: int) -> str:
    kept = max(0, min(decimals, MAX_DECIMALS))
    return whole + ("." + "0" * kept if kept else "")


def _percent_pattern(locale: Locale, decimals: int) -> str:
    standard = locale.percent_formats[None].pattern
    return re.sub(r"#,##0(?:\.[0#]+)?", _pattern("#,##0", decimals), standard)
