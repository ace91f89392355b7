"""Compile a revision once: MJML to HTML, HTML and texts to Liquid templates that are filled for each person."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from liquid.template import BoundTemplate

from content.locales import best_of
from content.models import Kind, Purpose, Revision
from content.rendering import frame, layout
from content.rendering.errors import Broken, RenderFailed
from content.rendering.language import html_in, names_in, plain_in, read, write
from content.rendering.plain import text_of
from content.words import Words, words_of

KEPT = 200  # compiled revisions that one process keeps
LONGEST_TEXT = 50_000  # letters


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one person gets, in the language that was found for them. Of an SMS only ``text`` is filled."""

    subject: str
    html: str
    text: str
    locale: str


@dataclass(frozen=True, slots=True)
class _Variant:
    subject: BoundTemplate
    html: BoundTemplate | None
    text: BoundTemplate


@dataclass(frozen=True, slots=True)
class Compiled:
    """A revision, ready to be filled. Immutable: threads and campaigns of one process share it.

    ``variables`` are the names that its texts ask for, in any language. ``channel_id`` and ``sender`` say from where.
    """

    revision_id: UUID | None
    content_hash: str
    kind: str
    purpose: str
    source_locale: str
    locales: tuple[str, ...]
    variables: frozenset[str]
    channel_id: UUID | None
    sender: str
    own_values: Mapping[str, str]
    variants: Mapping[str, _Variant]

    def locale_for(self, language: str) -> str:
        """Return the locale of this text for a reader of ``language`` (a profile's ``language``; may be empty)."""
        return best_of(list(self.locales), language, self.source_locale)

    def render(self, *, locale: str, values: Mapping[str, Any], now: datetime | None = None) -> Rendered:
        """Fill the text for one person. ``values``: theirs (``variables.values_of``) and the links of their message.

        ``now`` is the moment that ``"now" | date`` tells; the same moment makes the same text. A locale that is not
        written falls back as ``locale_for`` says. Raises RenderFailed with a sentence.
        """
        found = locale if locale in self.variants else self.locale_for(locale)
        variant = self.variants[found]
        given = {**self.own_values, **values}

        def written(template: BoundTemplate) -> str:
            text = write(template, given, required=self.variables, now=now)
            return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

        return Rendered(
            subject=" ".join(written(variant.subject).split()),
            html=written(variant.html) if variant.html else "",
            text=written(variant.text),
            locale=found,
        )


def compile_words(
    *,
    kind: str,
    purpose: str,
    words: Iterable[Words],
    source_locale: str,
    postal_address: str = "",
    organisation: str = "",
    sender: str = "",
    channel_id: UUID | None = None,
    revision_id: UUID | None = None,
    content_hash: str = "",
) -> Compiled:
    """Compile texts that need not be saved. Raises Broken: which field, which line, in one sentence."""
    written = sorted(words, key=lambda each: each.locale)
    if not written:
        raise Broken(_("Nothing is written yet."), field="text")
    read_one = _email if kind == Kind.EMAIL else _sms
    variants = {each.locale: read_one(each, purpose) for each in written}
    locales = tuple(variants)
    return Compiled(
        revision_id=revision_id,
        content_hash=content_hash,
        kind=kind,
        purpose=purpose,
        source_locale=source_locale if source_locale in variants else locales[0],
        locales=locales,
        variables=frozenset().union(*(_names(variant) for variant in variants.values())),
        channel_id=channel_id,
        sender=sender,
        own_values={"organisation": organisation, "postal_address": postal_address},
        variants=variants,
    )


def _email(words: Words, purpose: str) -> _Variant:
    plain = plain_in(words.locale)
    subject = read(words.subject, language=plain, field="subject")
    read(words.preheader, language=plain, field="preheader")
    read(words.mjml, language=plain, field="mjml")  # for the line of a fault, while lines are the author's
    is_marketing = purpose == Purpose.MARKETING
    page, masked = layout.to_html(frame.complete(words, is_marketing=is_marketing))
    html = read(masked.unmask(frame.with_metas(page)), language=html_in(words.locale), field="mjml")
    if words.text.strip():
        text = frame.complete_text(words.text, locale=words.locale) if is_marketing else words.text
    else:
        text = masked.unmask(text_of(page))
    return _Variant(subject, html, _read_text(text, words.locale))


def _sms(words: Words, purpose: str) -> _Variant:
    return _Variant(
        read("", language=plain_in(words.locale), field="subject"), None, _read_text(words.text, words.locale)
    )


def _read_text(text: str, locale: str) -> BoundTemplate:
    if len(text) > LONGEST_TEXT:
        raise Broken(_("The text is too long."), field="text")
    return read(text, language=plain_in(locale), field="text")


def _names(variant: _Variant) -> set[str]:
    parts = (variant.subject, variant.html, variant.text)
    return {name for part in parts if part is not None for name in names_in(part)}


_kept: Final[OrderedDict[UUID, Compiled]] = OrderedDict()
_lock: Final = threading.Lock()


def compiled(revision_id: UUID) -> Compiled:
    """Return a revision ready to be filled; read and compiled once in this process. Raises Revision.DoesNotExist.

    A revision never changes, so nothing has to be forgotten; the least used goes when there are too many.
    """
    with _lock:
        found = _kept.get(revision_id)
        if found is not None:
            _kept.move_to_end(revision_id)
            return found
    made = compile_revision(Revision.objects.get(pk=revision_id))
    with _lock:
        _kept[revision_id] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def compile_revision(revision: Revision) -> Compiled:
    """Compile a revision, without the cache."""
    return compile_words(
        kind=revision.kind,
        purpose=revision.purpose,
        words=[words_of(variant) for variant in revision.variants.all()],
        source_locale=revision.source_locale,
        postal_address=revision.postal_address,
        organisation=revision.organisation,
        sender=revision.sender,
        channel_id=revision.channel_id,
        revision_id=revision.pk,
        content_hash=revision.content_hash,
    )


__all__ = ["Broken", "Compiled", "RenderFailed", "Rendered", "compile_revision", "compile_words", "compiled"]
