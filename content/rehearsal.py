"""Whether a text can be written for people: tried on every sample before anybody else sees it."""

from collections.abc import Iterable, Mapping
from typing import Any

from content.models import Kind
from content.rendering import Broken, Compiled, RenderFailed
from content.rendering.language import names_in, plain_in, read, write
from content.samples import SAMPLES, values_of_sample
from content.variables import Variable
from content.words import FIELDS, Words


def require_renderable(compiled: Compiled, words: Iterable[Words], known: Mapping[str, Variable]) -> None:
    """Raise Broken (with language, field and line) when a text cannot be written for one of the samples.

    What only some people lack is another matter: they are counted, and the author is told what to write instead.
    """
    for each in words:
        for sample in SAMPLES:
            values = values_of_sample(sample, known)
            try:
                compiled.render(locale=each.locale, values=values)
            except RenderFailed as failed:
                if not is_about_person(failed, known):
                    raise _located(each, compiled.kind, failed, values) from failed


def is_about_person(failed: RenderFailed, known: Mapping[str, Variable]) -> bool:
    """Say whether a text failed because something is not known of this one person."""
    return failed.variable in known and known[failed.variable].is_personal


def _located(words: Words, kind: str, failed: RenderFailed, values: Mapping[str, Any]) -> Broken:
    """Find the field and its line: a page is rendered as HTML, whose lines are not the author's."""
    for field in FIELDS if kind == Kind.EMAIL else ("text",):
        try:
            template = read(getattr(words, field), language=plain_in(words.locale), field=field)
            write(template, values, required=frozenset(names_in(template)))
        except RenderFailed as found:
            if str(found.sentence) == str(failed.sentence):
                return _broken(words, failed, field, found.line)
    return _broken(words, failed, "mjml" if kind == Kind.EMAIL else "text", 0)


def _broken(words: Words, failed: RenderFailed, field: str, line: int) -> Broken:
    broken = Broken(failed.sentence, field=field, line=line)
    broken.locale = words.locale
    return broken
