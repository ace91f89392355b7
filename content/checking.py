"""Whether a text can be read and written: Liquid, MJML, variables, links, each sample person.

What cannot be is never saved as a revision.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from django.utils.translation import gettext_lazy as _

from content.models import Kind
from content.rehearsal import require_renderable
from content.rendering import Broken, Compiled, compile_words
from content.rendering.errors import Sentence
from content.rendering.language import PLAIN, names_in, read
from content.rendering.links import is_allowed, links_in
from content.variables import Variable, registry
from content.words import FIELDS, Words


def require_readable(*, kind: str, purpose: str, source_locale: str, words: Iterable[Words]) -> Compiled:
    """Return the compiled text. Raises Broken (with ``locale``) at the first thing that cannot be sent to anybody."""
    written, known = list(words), registry()
    for each in written:
        try:
            _check(each, kind=kind, purpose=purpose, source_locale=source_locale, known=known)
        except Broken as broken:
            broken.locale = each.locale
            raise
    compiled = compile_words(kind=kind, purpose=purpose, source_locale=source_locale, words=written)
    require_renderable(compiled, written, known)
    return compiled


def _check(words: Words, *, kind: str, purpose: str, source_locale: str, known: Mapping[str, Variable]) -> None:
    compile_words(kind=kind, purpose=purpose, source_locale=source_locale, words=[words])
    for field in FIELDS if kind == Kind.EMAIL else ("text",):
        _check_names(getattr(words, field), field, known)
    for link in links_in(words):
        if not is_allowed(link):
            _refuse_link(words, link)


def _check_names(source: str, field: str, known: Mapping[str, Variable]) -> None:
    template = read(source, language=PLAIN, field=field)
    for name in sorted(names_in(template) - known.keys()):
        close = get_close_matches(name, known, n=1)
        words = _("There is no variable “%(name)s”. Did you mean “%(close)s”?")
        if not close:
            words = _("There is no variable “%(name)s”.")
        sentence = Sentence(words, name=name, close=close[0] if close else "")
        raise Broken(sentence, field=field, line=_line_of(source, name))


def _refuse_link(words: Words, link: str) -> None:
    field = "mjml" if link in words.mjml or link not in words.text else "text"
    sentence = Sentence(
        _("“%(link)s” may not be a link. Links begin with https:// and a host that is written out."), link=link
    )
    raise Broken(sentence, field=field, line=_line_of(getattr(words, field), link))


def _line_of(source: str, what: str) -> int:
    place = source.find(what)
    return source.count("\n", 0, place) + 1 if place >= 0 else 0
