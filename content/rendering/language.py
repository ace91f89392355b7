"""Liquid as authors may write it: strict, without files, and unable to keep a worker busy.

python-liquid's own limits hold nesting, what is assigned and what is written, ours the rest (``limits``); the tags
and filters are those of two lists. A value of a profile is data: it is never read as Liquid, and in HTML it is always
escaped.
"""

import functools
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from liquid import Environment, Mode
from liquid.exceptions import (
    FilterArgumentError,
    FilterError,
    FilterItemTypeError,
    FilterValueError,
    LiquidError,
    LiquidSyntaxError,
    LoopIterationLimitError,
    OutputStreamLimitError,
    ResourceLimitError,
    UndefinedError,
)
from liquid.template import BoundTemplate
from liquid.undefined import FalsyStrictUndefined

from content.rendering.errors import Broken, RenderFailed, Sentence
from content.rendering.filters import ALLOWED, NOW
from content.rendering.flat import Template
from content.rendering.limits import REQUIRED, TooLong, TooSlow, bind_limits

TAGS = (
    *("if", "unless", "case", "for", "break", "continue", "tablerow", "cycle", "ifchanged"),
    *("assign", "capture", "increment", "decrement", "echo", "liquid", "comment", "doc", "#"),
)
_PARSER = ("content", "output", "illegal")  # under these the parser looks for plain text, outputs and the unknown
LOOPS = 1_000  # of loops within one another
PIECES = 2_000  # outputs and tags of one text
PIECE = 5_000  # letters of one of them
OUTPUT = 400_000  # bytes
ASSIGNED = 100_000  # bytes
_OF_A_FILTER = (FilterError, FilterArgumentError, FilterValueError, FilterItemTypeError)
_UNCLOSED = 20  # in a comment some may be
_OPENING = re.compile(r"\{\{|\{%")
_RAW = re.compile(r"\{%-?\s{0,99}(?P<name>raw|doc)\s{0,99}-?%\}")
_GAP = re.compile(r"\s{100}")
# What a filter raises at values that it was not made for.
FAULTS = (LiquidError, ValueError, TypeError, ArithmeticError, AttributeError, RecursionError)


class Missing(FalsyStrictUndefined):
    """What a person lacks: false in ``if``, replaced by ``default``, an error wherever it would be written."""

    force_liquid_default = True


class Language(Environment):
    """One dialect: ``autoescape`` for HTML, none for subjects and plain text; ``locale`` for dates and numbers."""

    template_class = Template
    block_nesting_limit = 20
    loop_iteration_limit = LOOPS
    local_namespace_limit = ASSIGNED
    output_stream_limit = OUTPUT

    def __init__(self, *, autoescape: bool, locale: str = "en") -> None:
        self.locale = locale
        super().__init__(tolerance=Mode.STRICT, undefined=Missing, strict_filters=True, autoescape=autoescape)
        self.tags = {name: self.tags[name] for name in (*_PARSER, *TAGS)}
        self.filters = dict(ALLOWED)


HTML: Final = Language(autoescape=True)
PLAIN: Final = Language(autoescape=False)


@functools.lru_cache(maxsize=200)
def html_in(locale: str) -> Language:
    """Return the dialect of pages in a language."""
    return Language(autoescape=True, locale=locale)


@functools.lru_cache(maxsize=200)
def plain_in(locale: str) -> Language:
    """Return the dialect of subjects and plain texts in a language."""
    return Language(autoescape=False, locale=locale)


def read(source: str, *, language: Language, field: str) -> BoundTemplate:
    """Read a text. Raises Broken with the line when it is no Liquid of ours."""
    _require_readable(source, field)
    try:
        template = language.from_string(source)
        bind_limits(template)
        used = template.analyze(include_partials=False).filters
    except (LiquidError, RecursionError) as error:
        line = line_of(error) if isinstance(error, LiquidError) else 0
        raise Broken(_sentence(error), field=field, line=line or source.count("\n") + 1) from error
    for name in used.keys() - ALLOWED.keys():
        line = source.count("\n", 0, used[name][0].index) + 1
        raise Broken(Sentence(_("There is no filter “%(name)s”."), name=name), field=field, line=line)
    return template


def _require_readable(source: str, field: str) -> None:
    """Refuse, in one pass, what would keep Liquid's reader busy: it looks for each end to the end of a text."""
    place = pieces = unclosed = 0
    while opening := _OPENING.search(source, place):
        start, pieces = opening.start(), pieces + 1
        end = _end_of_piece(source, opening)
        if end < 0:
            unclosed, place = unclosed + 1, opening.end()
        elif _RAW.match(source, start):
            place = end
        elif end - start > PIECE or _GAP.search(source, start, end):
            raise _broken(_("There is too much between one pair of brackets."), source, start, field)
        else:
            place = end
        if unclosed > _UNCLOSED or (end < 0 and len(source) - start > PIECE):
            sentence = Sentence(_("“%(sign)s” is opened here and never closed."), sign=opening[0])
            raise _broken(sentence, source, start, field)
        if pieces > PIECES:
            sentence = Sentence(_("There are more than %(most)s outputs and tags."), most=PIECES)
            raise _broken(sentence, source, start, field)


def _end_of_piece(source: str, opening: re.Match[str]) -> int:
    """Return where an output, a tag, or what stands between raw and endraw is over; -1 when it never is."""
    raw = _RAW.match(source, opening.start())
    if raw:
        closing = re.compile(rf"\{{%-?\s{{0,99}}end{raw['name']}\s{{0,99}}-?%\}}").search(source, raw.end())
        return closing.end() if closing else -1
    end = source.find("}}" if opening[0] == "{{" else "%}", opening.end())
    return end + 2 if end >= 0 else -1


def _broken(sentence: Any, source: str, place: int, field: str) -> Broken:
    return Broken(sentence, field=field, line=source.count("\n", 0, place) + 1)


def write(
    template: BoundTemplate,
    values: Mapping[str, Any],
    *,
    required: frozenset[str] = frozenset(),
    now: datetime | None = None,
) -> str:
    """Write a text for one person.

    ``required``: the names without which it may not be written, unless it says what to do then; whatever else is
    not there is nothing. ``now``: the moment of ``"now" | date``. Raises RenderFailed with the reason.
    """
    try:
        return template.render({**values, REQUIRED: required, NOW: now})
    except UndefinedError as error:
        name = str(error.args[0]).split("'")[1] if "'" in str(error.args[0]) else ""
        sentence = Sentence(_("“%(name)s” is not known of this person."), name=name)
        raise RenderFailed(sentence, variable=name, line=line_of(error)) from error
    except FAULTS as error:
        line = line_of(error) if isinstance(error, LiquidError) else 0
        raise RenderFailed(_sentence(error), line=line) from error


def names_in(template: BoundTemplate) -> set[str]:
    """Return the variables that a text asks its reader's profile for (not those that it assigns itself)."""
    return set(template.analyze(include_partials=False).globals)


def line_of(error: LiquidError) -> int:
    """Return the line that an error is about, counted from 1; 0 when it has no place."""
    token = error.token
    if token is None or token.start_index < 0:
        return 0
    return token.source.count("\n", 0, token.start_index) + 1


def _sentence(error: Exception) -> Any:
    """Say in the reader's words what Liquid says in its own."""
    said = str(error.args[0]) if error.args else ""
    if isinstance(error, LoopIterationLimitError):
        return Sentence(_("A loop runs more than %(most)s times."), most=LOOPS)
    if isinstance(error, TooSlow):
        return _("Writing this takes too long. Use fewer loops and filters.")
    if isinstance(error, OutputStreamLimitError | ResourceLimitError | TooLong):
        return _("The text grows beyond any use.")
    if isinstance(error, RecursionError):
        return _("Too much stands within one another here.")
    if isinstance(error, LiquidSyntaxError):
        return _of_syntax(said)
    return _of_value(error, said)


def _of_syntax(said: str) -> Any:
    """What is wrong with how a text is written."""
    if "unexpected tag" in said:
        return Sentence(_("There is no such tag, or it stands in the wrong place: %(said)s."), said=_quoted(said))
    if "found end of file" in said or "missing tag name" in said or "never closed" in said:
        return _("A bracket or a tag is opened and never closed.")
    quoted = _quoted(said)
    if quoted:
        return Sentence(
            _("Liquid cannot read this: see %(said)s, and the quotes, colons and brackets there."), said=quoted
        )
    return _("Liquid cannot read this. Look at the quotes, colons and brackets here.")


def _of_value(error: Exception, said: str) -> Any:
    """What is wrong with a value that a text works with."""
    token = getattr(error, "token", None)
    if "divide" in said or isinstance(error, ZeroDivisionError):
        return _("A number is divided by zero.")
    if "no currency" in said:
        return Sentence(
            _("There is no currency “%(code)s”. Write its three letters, such as EUR."), code=said.split()[-1]
        )
    if isinstance(error, _OF_A_FILTER) and token is not None and token.value:
        return Sentence(_("The filter “%(name)s” cannot work with this value."), name=str(token.value)[:40])
    return _("A value here is of another kind than Liquid expects.")


def _quoted(said: str) -> str:
    """The part of one of Liquid's messages that quotes the text itself."""
    found = re.search(r"'([^']{1,40})'", said)
    return f"“{found[1]}”" if found else ""
