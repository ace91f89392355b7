"""A text as its readers judge it: subject, preview line, what is read, and below that the layout it stands in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from content.difference import Run, runs
from content.locales import name_of
from content.models import Kind, Revision
from content.rendering import Broken, layout
from content.rendering.plain import text_of
from content.words import Words, words_of

LABELS: dict[str, Any] = {
    "subject": _("Subject"),
    "preheader": _("Preview line"),
    "message": _("Message"),
    "text": _("Text part"),
    "mjml": _("Layout"),
}


@dataclass(frozen=True, slots=True)
class Passage:
    """One field of one language, with what changed in it."""

    field: str
    label: Any
    runs: list[Run]

    @property
    def is_changed(self) -> bool:
        """Something came or went."""
        return any(run.what != "same" for run in self.runs)

    @property
    def is_source(self) -> bool:
        """It is the layout's source, which few people read."""
        return self.field == "mjml"


@dataclass(frozen=True, slots=True)
class LocaleDifference:
    """One language between two revisions."""

    locale: str
    name: str
    passages: list[Passage]

    @property
    def is_changed(self) -> bool:
        """Something in it came or went."""
        return any(passage.is_changed for passage in self.passages)


def read_words(words: Words | None, kind: str) -> dict[str, str]:
    """Return the passages of a text by field; of an SMS only the message."""
    if words is None:
        return {}
    if kind == Kind.SMS:
        return {"message": words.text}
    return {
        "subject": words.subject,
        "preheader": words.preheader,
        "message": message_of(words.mjml),
        "text": words.text,
        "mjml": words.mjml,
    }


def message_of(mjml: str) -> str:
    """Return what a reader of the layout reads, its Liquid as it is written; nothing when it cannot be read."""
    try:
        page, masked = layout.to_html(mjml)
    except Broken:
        return ""
    return masked.unmask(text_of(page))


def difference(
    old: Mapping[str, Words], new: Mapping[str, Words], *, kind: str, source: str = ""
) -> list[LocaleDifference]:
    """Return every language of two revisions with what changed; the ``source`` first."""
    locales = sorted({*old, *new}, key=lambda locale: (locale != source, locale))
    return [_of_locale(locale, old.get(locale), new.get(locale), kind) for locale in locales]


def _of_locale(locale: str, old: Words | None, new: Words | None, kind: str) -> LocaleDifference:
    before, after = read_words(old, kind), read_words(new, kind)
    found = [
        Passage(field, LABELS[field], runs(before.get(field, ""), after.get(field, "")))
        for field in LABELS
        if before.get(field) or after.get(field)
    ]
    return LocaleDifference(locale, name_of(locale), found)


def words_by_locale(revision: Revision | None) -> dict[str, Words]:
    """Return the words of a revision by language. One query, or none if its variants were fetched before."""
    rows: Iterable[Any] = revision.variants.all() if revision else ()
    return {variant.locale: words_of(variant) for variant in rows}
