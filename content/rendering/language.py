"""Liquid as authors may write it: strict, without files, and unable to keep a worker busy.

python-liquid's own limits hold loops, nesting, what is assigned and what is written; the tags and filters are those
of two short lists. A value of a profile is data: it is never read as Liquid, and in HTML it is always escaped.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from liquid import Environment, Mode
from liquid.exceptions import (
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
from content.rendering.filters import ALLOWED, TooLong
from content.rendering.flat import Template

TAGS = ("if", "unless", "case", "for", "break", "continue", "cycle", "assign", "capture", "echo", "comment", "#")
_PARSER = ("content", "output", "illegal")  # under these the parser looks for plain text, outputs and the unknown
LOOPS = 1_000
OUTPUT = 400_000  # bytes
ASSIGNED = 100_000  # bytes
# What a filter raises at values that it was not made for.
FAULTS = (LiquidError, ValueError, TypeError, ArithmeticError, AttributeError, RecursionError)


class Missing(FalsyStrictUndefined):
    """What a person lacks: false in ``if``, replaced by ``default``, an error wherever it would be written."""

    force_liquid_default = True


class Language(Environment):
    """One dialect: ``autoescape`` for HTML, none for subjects and plain text."""

    template_class = Template
    block_nesting_limit = 20
    loop_iteration_limit = LOOPS
    local_namespace_limit = ASSIGNED
    output_stream_limit = OUTPUT

    def __init__(self, *, autoescape: bool) -> None:
        super().__init__(tolerance=Mode.STRICT, undefined=Missing, strict_filters=True, autoescape=autoescape)
        self.tags = {name: self.tags[name] for name in (*_PARSER, *TAGS)}
        self.filters = dict(ALLOWED)


HTML: Final = Language(autoescape=True)
PLAIN: Final = Language(autoescape=False)


def read(source: str, *, language: Language, field: str) -> BoundTemplate:
    """Read a text. Raises Broken with the line when it is no Liquid of ours."""
    try:
        template = language.from_string(source)
        used = template.analyze(include_partials=False).filters
    except LiquidError as error:
        raise Broken(_sentence(error), field=field, line=line_of(error) or source.count("\n") + 1) from error
    for name in used.keys() - ALLOWED.keys():
        line = source.count("\n", 0, used[name][0].index) + 1
        raise Broken(Sentence(_("There is no filter “%(name)s”."), name=name), field=field, line=line)
    return template


def write(template: BoundTemplate, values: Mapping[str, Any]) -> str:
    """Write a text for one person. Raises RenderFailed with the reason."""
    try:
        return template.render(values)
    except UndefinedError as error:
        name = str(error.args[0]).split("'")[1] if "'" in str(error.args[0]) else ""
        raise RenderFailed(Sentence(_("“%(name)s” is not known of this person."), name=name), variable=name) from error
    except FAULTS as error:
        raise RenderFailed(_sentence(error)) from error


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
    said = str(error.args[0]) if error.args else type(error).__name__
    if isinstance(error, LoopIterationLimitError):
        return Sentence(_("A loop runs more than %(most)s times."), most=LOOPS)
    if isinstance(error, OutputStreamLimitError | ResourceLimitError | TooLong):
        return _("The text grows beyond any use.")
    if isinstance(error, LiquidSyntaxError) and "unexpected tag" in said:
        return Sentence(_("There is no such tag, or it stands in the wrong place: %(said)s."), said=said)
    return Sentence(_("Liquid does not understand this: %(said)s."), said=said)
